// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { nothingLeft } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "No device node is made in a granted directory",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  control: { ordinary: { none: "the kernel asks for CAP_MKNOD" } },
  prepare: (site) => nothingLeft(site.granted, "a device", (_, facts) => facts.isCharacterDevice()),
  program: (cell) => cell.call("mknodat", -100, `${cell.granted}/null`, 0o020666, 0x103),
};
