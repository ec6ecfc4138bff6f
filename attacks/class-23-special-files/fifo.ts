// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { nothingLeft } from "../harness/witness.ts";
import { anyKindOfFile } from "../harness/exceptions.ts";

export const hostile: Attack = {
  claim: "No FIFO, which would stall whoever on the host reads it, is left in a granted directory",
  proof: "host",
  exceptions: anyKindOfFile("native code, which the policy grants here,"),
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  prepare: (site) => nothingLeft(site.granted, "a FIFO", (_, facts) => facts.isFIFO()),
  program: (cell) => cell.call("mknodat", -100, `${cell.granted}/trap`, 0o010666, 0),
};
