// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import { explainNodeRefusal, explainSpawnError } from "../explain.ts";
import { get } from "../pristine.ts";
import { replaceFunction } from "../replace.ts";
import { explainEmitted } from "./net.ts";

const STARTERS = ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"];

/** `node:child_process`: the errors of starting a program say which grant is missing. */
export function patchChildProcess(module: object, cell: CellFacts): void {
  const { policy } = cell;
  for (const name of STARTERS) {
    replaceFunction(module, name, (original) => (self, args) => {
      // `exec` and `execSync` name a command line; what could not be started is the shell, which the error names.
      const program =
        name === "fork"
          ? process.execPath
          : name.startsWith("exec") && !name.includes("File")
            ? undefined
            : args[0];
      try {
        const result = original(self, args);
        if (name === "spawnSync") explainSpawnError(policy, get(result as object, "error"), program);
        return result;
      } catch (error) {
        explainSpawnError(policy, error, program);
        explainNodeRefusal(policy, error);
        throw error;
      }
    });
  }
  const ChildProcess = get(module, "ChildProcess") as { prototype: object };
  explainEmitted(ChildProcess.prototype, (error, child) => {
    explainSpawnError(policy, error, get(child as object, "spawnfile"));
  });
}
