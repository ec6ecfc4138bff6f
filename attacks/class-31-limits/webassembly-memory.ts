// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "WebAssembly memory fills no more than the limit",
  proof: "word",
  endsSilently: true,
  grants: () => ["--limit-memory=128MB", "--accept=limits"],
  program: async (cell) => {
    const memory = new WebAssembly.Memory({ initial: 6400, maximum: 6400 });
    const bytes = new Uint8Array(memory.buffer);
    for (let at = 0; at < bytes.length; at += 8 * 1024 * 1024) {
      bytes.fill(1, at, at + 8 * 1024 * 1024);
      await cell.sleep(2);
    }
    return `${bytes.length} bytes filled`;
  },
};
