// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "readlink reads no link outside",
  proof: "word",
  prepare: (site) => {
    symlinkSync("secret.txt", join(site.outside, "link"));
    return { values: {} };
  },
  program: (cell) => cell.node("node:fs").readlinkSync(`${cell.outside}/link`),
};
