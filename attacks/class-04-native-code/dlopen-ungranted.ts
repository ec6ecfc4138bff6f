// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "process.dlopen loads no library without a grant, by its path, by a link, or by any spelling of it",
  proof: "word",
  refusals: ["ERR_DLOPEN_DISABLED", "ERR_DLOPEN_FAILED"],
  grants: (site) => [
    `--allow-fs-read=${site.native.library},${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  program: (cell) => {
    const fs = cell.node("node:fs");
    const codes: string[] = [];
    try {
      fs.symlinkSync(cell.library, `${cell.granted}/linked.node`);
    } catch {}
    const { dirname } = cell.node("node:path");
    const spellings = [
      cell.library,
      `${cell.granted}/linked.node`,
      `${dirname(cell.library)}/./library.so`,
      `/proc/self/root${cell.library}`,
    ];
    for (const path of spellings) {
      for (const load of [
        () => process.dlopen({ exports: {} }, path),
        () => process.dlopen({ exports: {} }, path, 0x102),
        () => require(path),
      ]) {
        try {
          load();
          return cell.refused("NO_EFFECT");
        } catch (error) {
          codes.push((error as { code?: string }).code ?? "none");
        }
      }
    }
    return cell.refused(codes[0] ?? "EACCES", codes.join());
  },
};
