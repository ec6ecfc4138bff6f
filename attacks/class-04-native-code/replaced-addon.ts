// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { copyFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A granted addon in a directory that the program may write is not replaced by another",
  proof: "word",
  refusals: ["ERR_DLOPEN_FAILED", "EBUSY", "ETXTBSY"],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site) => [
    `--allow-fs-read=${site.granted},${site.native.library}`,
    `--allow-fs-write=${site.granted}`,
    `--allow-addons=${join(site.granted, "helper.node")}`,
  ],
  prepare: (site) => {
    copyFileSync(site.native.addon, join(site.granted, "helper.node"));
    return { values: {} };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    const helper = `${cell.granted}/helper.node`;
    const own = fs.readFileSync(cell.library);
    const codes: string[] = [];
    const ways: (() => void)[] = [
      () => fs.writeFileSync(helper, own),
      () => {
        fs.writeFileSync(`${cell.granted}/own`, own);
        fs.renameSync(`${cell.granted}/own`, helper);
      },
    ];
    for (const way of ways) {
      try {
        way();
        process.dlopen({ exports: {} }, helper);
        return cell.refused("NO_EFFECT");
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes[0] ?? "EACCES", codes.join());
  },
};
