// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { lstatSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "No FIFO, which would stall whoever on the host reads it, is left in a granted directory",
  proof: "host",
  exceptions: [
    {
      walls: "-filters",
      reason:
        "mounts have no say in what kind of file is made; native code, which the policy grants here, needs the filters to be held back",
    },
  ],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  prepare: (site) => ({
    values: {},
    harmed: () => {
      const facts = lstatSync(join(site.granted, "trap"), { throwIfNoEntry: false });
      return facts?.isFIFO() === true ? "a FIFO was left" : undefined;
    },
  }),
  program: (cell) => cell.call("mknodat", -100, `${cell.granted}/trap`, 0o010666, 0),
};
