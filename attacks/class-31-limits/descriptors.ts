// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "No more files are open than the limit",
  proof: "word",
  refusals: ["EMFILE"],
  grants: (site) => [`--allow-fs-read=${site.granted}`, "--limit-open-files=64"],
  program: (cell) => {
    const fs = cell.node("node:fs");
    for (let opened = 0; opened < 500; opened++) fs.openSync(`${cell.granted}/file.txt`, "r");
    return "500 files open";
  },
};
