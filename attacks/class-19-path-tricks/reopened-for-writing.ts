// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "A descriptor that is open for reading cannot be reopened for writing through /proc/self/fd",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => {
    const fd = cell.setup(() => cell.call("openat", -100, `${cell.granted}/file.txt`, 0, 0));
    const writable = cell.call("openat", -100, `/proc/self/fd/${fd}`, 1, 0);
    return cell.call("write", writable, "changed", 7);
  },
};
