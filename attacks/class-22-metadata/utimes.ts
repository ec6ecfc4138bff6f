// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "The times of a file that is granted for reading cannot be set",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => cell.node("node:fs").utimesSync(`${cell.granted}/file.txt`, 1, 1),
};
