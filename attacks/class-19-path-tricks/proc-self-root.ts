// SPDX-License-Identifier: Apache-2.0
import { attack } from "../harness/attack.ts";
export const hostile = attack({
  claim: "/proc/self/root is no second name for the host's root",
  proof: "secret",
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(`/proc/self/root${cell.secret}`)),
});
