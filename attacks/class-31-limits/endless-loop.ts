// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "An endless loop ends with the time limit",
  proof: "word",
  endsSilently: true,
  survivesFor: 900,
  grants: () => ["--limit-wall-time=600ms"],
  program: () => {
    for (;;);
  },
};
