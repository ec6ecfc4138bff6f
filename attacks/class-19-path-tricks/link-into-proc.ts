// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A link in a granted directory to /proc/self/root, cwd or fd leads nowhere",
  proof: "secret",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  program: (cell) => {
    const fs = cell.node("node:fs");
    const codes: string[] = [];
    ["root", "cwd", "task/1/root", "fd/3"].forEach((name, index) => {
      try {
        fs.symlinkSync(`/proc/self/${name}`, `${cell.granted}/link-${index}`);
        const rest = name === "cwd" ? "/outside/secret.txt" : cell.secret;
        cell.loot(fs.readFileSync(`${cell.granted}/link-${index}${rest}`));
        codes.push("read");
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    });
    if (!codes.includes("read")) cell.refused(codes[0] ?? "EACCES", codes.join());
    const found = codes.indexOf("read");
    const rest = found === 1 ? "/outside/secret.txt" : cell.secret;
    return cell.loot(fs.readFileSync(`${cell.granted}/link-${found}${rest}`));
  },
};
