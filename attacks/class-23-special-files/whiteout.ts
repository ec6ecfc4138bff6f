// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { lstatSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim:
    "No whiteout (the device 0:0, which asks for no privilege and hides a file from an overlay) is left in a granted directory",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  prepare: (site) => ({
    values: {},
    harmed: () =>
      lstatSync(join(site.granted, "hidden"), { throwIfNoEntry: false })?.isCharacterDevice() === true
        ? "a whiteout was left"
        : undefined,
  }),
  exceptions: [
    {
      walls: "-filters",
      reason:
        "mounts have no say in what kind of file is made; native code, which the policy grants here, needs the filters to be held back",
    },
  ],
  program: (cell) => cell.call("mknodat", -100, `${cell.granted}/hidden`, 0o020666, 0),
};
