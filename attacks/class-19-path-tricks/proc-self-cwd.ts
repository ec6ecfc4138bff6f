// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "/proc/self/cwd does not lead to what lies beside the program",
  proof: "secret",
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync("/proc/thread-self/cwd/outside/secret.txt")),
};
