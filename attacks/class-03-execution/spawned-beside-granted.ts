// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "spawn starts no executable but the granted one",
  proof: "word",
  grants: (site) => [
    `--allow-fs-read=${site.native.dynamicTool},${site.native.tool}`,
    `--allow-run=${site.native.tool}`,
  ],
  program: (cell) => {
    cell.setup(() => cell.execute(cell.tool, ["identity", String(process.geteuid?.())]));
    const codes: string[] = [];
    for (const [path, words] of [
      [cell.dynamicTool, ["say"]],
      ["/lib64/ld-linux-x86-64.so.2", [cell.dynamicTool, "say"]],
      ["/bin/sh", ["-c", `echo '${JSON.stringify({ succeeded: true })}'`]],
    ] as const) {
      try {
        return cell.execute(path, words);
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes[0] ?? "EACCES", codes.join());
  },
};
