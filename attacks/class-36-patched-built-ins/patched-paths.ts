// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Patched path, url, Buffer and TextDecoder do not decide what a path is",
  ({ patch }, cell) => {
    const path = cell.node("node:path");
    const url = cell.node("node:url");
    const file = `${cell.granted}/file.txt`;
    for (const name of ["resolve", "normalize", "join", "dirname", "relative", "toNamespacedPath"])
      patch(path, name, () => file);
    patch(path, "isAbsolute", () => true);
    patch(url, "fileURLToPath", () => file);
    patch(Buffer.prototype, "utf8Slice", () => file);
    patch(Buffer, "from", () => new Uint8Array());
    patch(TextDecoder.prototype, "decode", () => file);
    patch(process, "cwd", () => cell.granted);
  },
);
