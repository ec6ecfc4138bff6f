// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Who escapes from a node:vm context into the main one is still within the walls",
  proof: "secret",
  program: (cell) => {
    const { runInNewContext } = cell.node("node:vm");
    const escape = "this.constructor.constructor('return process')()";
    const escaped = runInNewContext(escape, {}) as NodeJS.Process;
    return cell.loot(escaped.getBuiltinModule("node:fs").readFileSync(cell.secret));
  },
};
