// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Objects fill no more memory than the limit",
  proof: "word",
  endsSilently: true,
  grants: () => ["--limit-memory=128MB", "--accept=limits"],
  program: () => {
    const kept: number[][] = [];
    for (let megabytes = 0; megabytes < 400; megabytes += 8) kept.push(Array<number>(1024 * 1024).fill(1.5));
    return `${kept.length * 8} MB kept`;
  },
};
