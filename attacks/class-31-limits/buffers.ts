// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Buffers, which are outside V8's heap, fill no more memory than the limit",
  proof: "word",
  endsSilently: true,
  refusals: ["ERR_MEMORY_ALLOCATION_FAILED"],
  grants: () => ["--limit-memory=128MB", "--accept=limits"],
  program: async (cell) => {
    const kept: Buffer[] = [];
    for (let megabytes = 0; megabytes < 400; megabytes += 8) {
      kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
      await cell.sleep(2);
    }
    return `${kept.length * 8} MB kept`;
  },
};
