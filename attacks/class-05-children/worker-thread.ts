// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Without a grant there is no worker thread",
  proof: "word",
  // Without the grant V8 is not told to do without what the filters refuse, and a second isolate dies of it.
  endsSilently: true,
  program: async (cell) => {
    const { Worker } = cell.node("node:worker_threads");
    await cell.event(new Worker("", { eval: true }), "online");
    return "a worker is online";
  },
  exceptions: [
    {
      walls: "-runtime",
      reason:
        "the kernel cannot tell a worker thread from the threads that Node itself needs; a worker has the same walls and gets nothing by them",
    },
  ],
};
