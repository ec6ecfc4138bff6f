// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { nothingLeft } from "../harness/witness.ts";
import { anyKindOfFile } from "../harness/exceptions.ts";

export const hostile: Attack = {
  claim:
    "No whiteout (the device 0:0, which asks for no privilege and hides a file from an overlay) is left in a granted directory",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  prepare: (site) => nothingLeft(site.granted, "a whiteout", (_, facts) => facts.isCharacterDevice()),
  exceptions: anyKindOfFile("native code, which the policy grants here,"),
  program: (cell) => cell.call("mknodat", -100, `${cell.granted}/hidden`, 0o020666, 0),
};
