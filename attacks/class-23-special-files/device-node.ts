// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { lstatSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "No device node is made in a granted directory",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  control: { ordinary: { none: "the kernel asks for CAP_MKNOD" } },
  prepare: (site) => ({
    values: {},
    harmed: () => {
      const facts = lstatSync(join(site.granted, "null"), { throwIfNoEntry: false });
      return facts?.isCharacterDevice() === true ? "a device was made" : undefined;
    },
  }),
  program: (cell) => cell.call("mknodat", -100, `${cell.granted}/null`, 0o020666, 0x103),
};
