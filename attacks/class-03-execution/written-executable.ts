// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "An executable that the program wrote cannot be executed",
  proof: "word",
  grants: (site) => [
    `--allow-fs-read=${site.granted},${site.native.tool}`,
    `--allow-fs-write=${site.granted}`,
  ],
  program: (cell) => {
    const path = `${cell.granted}/own`;
    const fs = cell.node("node:fs");
    cell.setup(() => fs.writeFileSync(path, fs.readFileSync(cell.tool), { mode: 0o755 }));
    return cell.execute(path, ["say"]);
  },
};
