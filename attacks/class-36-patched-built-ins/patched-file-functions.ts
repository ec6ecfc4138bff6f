// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Patched realpath, lstat and access of node:fs, and permission.has, do not decide",
  ({ patch }, cell) => {
    const fs = cell.node("node:fs");
    const file = `${cell.granted}/file.txt`;
    patch(fs, "realpathSync", () => file);
    patch(fs, "lstatSync", () => ({ isSymbolicLink: () => false }));
    patch(fs, "statSync", () => ({ isFile: () => true, isDirectory: () => false }));
    patch(fs, "accessSync", () => undefined);
    patch(fs, "existsSync", () => true);
    patch(fs, "readlinkSync", () => file);
    if (process.permission !== undefined) patch(process.permission, "has", () => true);
  },
);
