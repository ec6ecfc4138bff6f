// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A granted child Node with flags and NODE_OPTIONS of its own has no more than its parent",
  proof: "secret",
  grants: () => [`--allow-run=${process.execPath}`],
  refusals: ["EXIT"],
  program: (cell) => {
    const { spawnSync } = cell.node("node:child_process");
    const script = `process.stdout.write(require("node:fs").readFileSync(${JSON.stringify(cell.secret)}, "utf8"))`;
    const ended = spawnSync(process.execPath, ["-e", script], {
      encoding: "utf8",
      env: { NODE_OPTIONS: "--no-warnings" },
    });
    if (ended.error !== undefined) throw ended.error;
    if (!ended.stderr.includes("SECRET-") && ended.status !== 0) {
      const code = /code: '([A-Z_]+)'/.exec(ended.stderr)?.[1];
      cell.refused(code ?? "EXIT", ended.stderr.slice(0, 300));
    }
    return cell.loot(ended.stdout);
  },
};
