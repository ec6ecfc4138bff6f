// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A .node file written at run time is not loaded",
  proof: "word",
  refusals: ["ERR_DLOPEN_DISABLED", "ERR_DLOPEN_FAILED"],
  grants: (site) => [
    `--allow-fs-read=${site.granted},${site.native.library}`,
    `--allow-fs-write=${site.granted}`,
  ],
  program: (cell) => {
    const path = `${cell.granted}/own.node`;
    const fs = cell.node("node:fs");
    cell.setup(() => fs.writeFileSync(path, fs.readFileSync(cell.library), { mode: 0o755 }));
    return require(path);
  },
};
