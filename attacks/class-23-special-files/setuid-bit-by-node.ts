// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { noSetuidBit } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "No function of node:fs leaves a setuid or setgid bit in a granted directory",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  prepare: noSetuidBit,
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const promises = cell.node("node:fs/promises");
    const path = (name: string): string => `${cell.granted}/${name}`;
    const plain = (name: string): string => {
      fs.writeFileSync(path(name), "");
      return path(name);
    };
    const tries: (() => unknown)[] = [
      () => fs.writeFileSync(path("by-write"), "", { mode: 0o4755 }),
      () => fs.openSync(path("by-open"), "w", 0o4755),
      () => fs.mkdirSync(path("by-mkdir"), { mode: 0o2755 }),
      () => fs.chmodSync(plain("by-chmod"), 0o4755),
      () => fs.chmodSync(plain("by-text"), "4755"),
      () => fs.fchmodSync(fs.openSync(plain("by-fchmod"), "r+"), 0o4755),
      () => promises.chmod(plain("by-promise"), 0o4755),
      async () => (await promises.open(path("by-handle"), "w")).chmod(0o4755),
      () => promises.writeFile(path("by-promised-write"), "", { mode: 0o4755 }),
      () => fs.appendFileSync(path("by-append"), "", { mode: 0o4755 }),
      () => fs.createWriteStream(path("by-stream"), { mode: 0o4755 }).on("error", () => {}),
    ];
    for (const one of tries) {
      try {
        await one();
      } catch {}
    }
    await cell.sleep(20);
    return cell.refused("NO_EFFECT");
  },
};
