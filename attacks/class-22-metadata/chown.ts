// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "The owner of a file that is granted for reading cannot be set",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  // To the owner that it has: the kernel lets anybody do that with their own, and marks the time.
  program: (cell) => cell.call("fchownat", -100, `${cell.granted}/file.txt`, -1, -1, 0),
};
