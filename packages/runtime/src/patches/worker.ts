// SPDX-License-Identifier: Apache-2.0
import { CELL_VARIABLE, type CellFacts } from "../cell.ts";
import { accessDenied, denialOf, neverGranted } from "../denial.ts";
import { get, withOwnBuiltins } from "../pristine.ts";
import { replaceClass } from "../replace.ts";

// What would give a worker more than its parent has. What a program requires or imports in it comes after our preload.
const WIDENING = /^--(no-)?(allow|experimental-permission|permission|inspect|expose-internals)/;

/** `node:worker_threads`: a worker has the walls of its parent, whatever flags it is started with. */
export function patchWorker(module: object, cell: CellFacts): void {
  const share: unknown = get(module, "SHARE_ENV");
  const inherited = [...process.execArgv];
  const preload = preloadFlags(inherited);

  function flagsFor(given: readonly unknown[]): { flags: string[]; widening?: string } {
    const flags = given.map(String);
    const widening = flags.find((flag) => WIDENING.test(flag) && !inherited.includes(flag));
    const loaded = preload.every((flag) => flags.includes(flag));
    return {
      flags: loaded ? flags : [...preload, ...flags],
      ...(widening === undefined ? {} : { widening }),
    };
  }

  replaceClass(module, "Worker", (original, top) => (args, newTarget) => {
    const denial = denialOf(cell.policy, { scope: "worker" });
    if (denial !== undefined) throw accessDenied(denial, top);
    const options = withOwnBuiltins(() => {
      const given: Record<string, unknown> = { ...(args[1] as object | undefined) };
      if (Array.isArray(given["execArgv"])) {
        const { flags, widening } = flagsFor(given["execArgv"]);
        if (widening !== undefined) {
          throw accessDenied(neverGranted(`A worker's flag ${widening}`, "it would widen its walls"), top);
        }
        given["execArgv"] = flags;
      }
      // The worker's preload takes it out of the environment again, before any line of the program.
      if (given["env"] === share) process.env[CELL_VARIABLE] = cell.textForWorker;
      else
        given["env"] = {
          ...(typeof given["env"] === "object" ? given["env"] : process.env),
          [CELL_VARIABLE]: cell.textForWorker,
        };
      return given;
    });
    return original([args[0], options], newTarget);
  });
}

/** The flags that load the preload: `--require FILE`, as two words or as one. */
function preloadFlags(flags: readonly string[]): readonly string[] {
  const at = flags.findIndex((flag) => flag === "--require" || flag === "-r");
  const word = flags.find((flag) => flag.startsWith("--require="));
  return word !== undefined ? [word] : at < 0 ? [] : flags.slice(at, at + 2);
}
