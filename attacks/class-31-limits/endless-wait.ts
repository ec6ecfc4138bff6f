// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A wait without an end, which holds the event loop, ends with the time limit",
  proof: "word",
  endsSilently: true,
  survivesFor: 900,
  grants: () => ["--limit-wall-time=600ms"],
  program: () => {
    process.on("SIGTERM", () => {});
    return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};
