// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "No extended attribute can be set or removed through a descriptor that is open for reading alone",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => {
    const fd = cell.setup(() => cell.call("openat", -100, `${cell.granted}/file.txt`, 0, 0));
    return cell.call("fsetxattr", fd, "user.cordon", "x", 1, 0);
  },
};
