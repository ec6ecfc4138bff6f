// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "The owner of a file that is open for reading alone cannot be set (fchown)",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => {
    const fd = cell.setup(() => cell.call("openat", -100, `${cell.granted}/file.txt`, 0, 0));
    // To the owner that it has: the kernel lets anybody do that with their own, and marks the time.
    return cell.call("fchown", fd, -1, -1);
  },
};
