// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "The dynamic linker does not execute a file that is only readable",
  proof: "word",
  grants: (site) => [`--allow-fs-read=${site.native.dynamicTool}`],
  program: (cell) => {
    const { readdirSync } = cell.node("node:fs");
    let linker = "/lib64/ld-linux-x86-64.so.2";
    try {
      const found = readdirSync("/lib").find((name) => /^ld-linux-.*\.so/.test(name));
      if (found !== undefined) linker = `/lib/${found}`;
    } catch {}
    return cell.execute(linker, [cell.dynamicTool, "say"]);
  },
};
