// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "/proc/self/root is no second name for the host's root",
  proof: "secret",
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(`/proc/self/root${cell.secret}`)),
};
