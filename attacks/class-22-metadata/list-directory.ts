// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A directory that is not granted cannot be listed",
  proof: "word",
  program: (cell) => cell.node("node:fs").readdirSync(cell.outside).join(),
};
