// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling("Patched methods of strings do not decide", ({ patch }, cell) => {
  const file = `${cell.granted}/file.txt`;
  const answers: Record<string, unknown> = {
    startsWith: true,
    endsWith: true,
    includes: true,
    indexOf: 0,
    lastIndexOf: 0,
    slice: "",
    substring: "",
    replace: file,
    replaceAll: file,
    split: [file],
    trim: file,
    at: "/",
    charAt: "/",
    charCodeAt: 47,
    concat: file,
    toLowerCase: file,
    normalize: file,
    match: null,
    localeCompare: 0,
    toString: file,
    valueOf: file,
  };
  const names = Object.keys(answers);
  for (let index = 0; index < names.length; index++) {
    const answer = answers[names[index] ?? ""];
    patch(String.prototype, names[index] ?? "", () => answer);
  }
  patch(String, "raw", () => file);
  patch(globalThis, "String", () => file);
});
