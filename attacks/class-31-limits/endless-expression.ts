// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A regular expression that backtracks for ever ends with the time limit",
  proof: "word",
  endsSilently: true,
  survivesFor: 900,
  grants: () => ["--limit-wall-time=600ms"],
  program: () => /^(([a-z])+.)+[A-Z]([a-z])+$/.test("a".repeat(60)),
};
