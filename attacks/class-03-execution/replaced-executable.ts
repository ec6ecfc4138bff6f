// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A granted executable in a directory that the program may write is not replaced by another",
  proof: "word",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: ["EBUSY", "ETXTBSY"],
  grants: (site) => [
    `--allow-fs-read=${site.granted},${site.native.dynamicTool}`,
    `--allow-fs-write=${site.granted}`,
    `--allow-run=${join(site.granted, "helper")}`,
  ],
  prepare: (site) => {
    // A granted executable that says nothing.
    copyFileSync("/bin/true", join(site.granted, "helper"));
    chmodSync(join(site.granted, "helper"), 0o755);
    return { values: {} };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    const helper = `${cell.granted}/helper`;
    const own = fs.readFileSync(cell.dynamicTool);
    const codes: string[] = [];
    const ways: (() => void)[] = [
      () => fs.writeFileSync(helper, own),
      () => {
        fs.writeFileSync(`${cell.granted}/own`, own, { mode: 0o755 });
        fs.renameSync(`${cell.granted}/own`, helper);
      },
      () => {
        fs.rmSync(helper);
        fs.writeFileSync(helper, own, { mode: 0o755 });
      },
    ];
    for (const way of ways) {
      try {
        way();
        return cell.execute(helper, ["say"]);
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes.find((code) => code !== "EXIT") ?? "EACCES", codes.join());
  },
};
