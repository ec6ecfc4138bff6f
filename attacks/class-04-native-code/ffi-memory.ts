// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "Without the grant node:ffi reads and writes no memory",
  proof: "word",
  version: { node: "node-26-10-0", flags: () => [] },
  program: () => {
    interface Ffi {
      getRawPointer(bytes: Uint8Array): bigint;
      setInt8(pointer: bigint, offset: number, value: number): void;
    }
    const ffi = (require as unknown as (name: string) => Ffi)("node:ffi");
    const bytes = Buffer.from("a");
    ffi.setInt8(ffi.getRawPointer(bytes), 0, 98);
    return `wrote ${String(bytes)}`;
  },
  exceptions: [
    {
      walls: "-runtime",
      reason:
        "what a process does in its own memory, with what is loaded already, is no system call: native code that comes in so meets the two other walls (ffi-reads-file)",
    },
  ],
};
