// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "Native functions that are called through node:ffi read no file outside",
  proof: "secret",
  version: { node: "node-26-10-0", flags: () => [] },
  program: (cell) => {
    interface Ffi {
      dlopen(
        path: string,
        symbols: Record<string, { arguments: string[]; return: string }>,
      ): { functions: Record<string, (...args: unknown[]) => number> };
      getRawPointer(bytes: Uint8Array): bigint;
    }
    const ffi = (require as unknown as (name: string) => Ffi)("node:ffi");
    const { functions } = ffi.dlopen("libc.so.6", {
      open: { arguments: ["pointer", "i32"], return: "i32" },
      read: { arguments: ["i32", "pointer", "i32"], return: "i32" },
    });
    const path = Buffer.from(`${cell.secret}\0`);
    const fd = functions["open"]?.(ffi.getRawPointer(path), 0) ?? -1;
    if (fd < 0) return cell.refused("ENOENT", "open");
    const bytes = Buffer.alloc(200);
    functions["read"]?.(fd, ffi.getRawPointer(bytes), bytes.length);
    return cell.loot(bytes);
  },
};
