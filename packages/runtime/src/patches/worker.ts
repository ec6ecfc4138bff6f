// SPDX-License-Identifier: Apache-2.0
import { CELL_VARIABLE, type CellFacts } from "../cell.ts";
import { accessDenied, denialOf, neverGranted } from "../denial.ts";
import { dataForWorker } from "../permission/worker.ts";
import { defineValue, get, withOwnBuiltins } from "../pristine.ts";
import { replaceClass } from "../replace.ts";

// What would give a worker more than its parent has, or have Node itself write files. What a program requires or imports
// in it comes after our preload.
const WIDENING =
  /^(allow-|permission|experimental-permission|inspect|debug|expose-internals|addons|force-|experimental-(config-file|default-config-file)|env-file|cpu-prof|heap-prof|heapsnapshot|diagnostic-dir|report-|redirect-warnings|trace-event)/;
// What makes Node's own permission model in a worker: without them a worker with flags of its own has none. And what
// keeps Node from warning of them, which it does before a worker's preload could take it back.
const OWN = /^--((experimental-)?permission$|allow-|no-addons$|disable-warning=PERM)/;

/** `node:worker_threads`: a worker has the walls of its parent, whatever flags it is started with. */
export function patchWorker(module: object, cell: CellFacts): void {
  const share: unknown = get(module, "SHARE_ENV");
  const inherited = [...process.execArgv];
  const first = [...inherited.filter((flag) => OWN.test(flag)), ...preloadFlags(inherited)];

  function flagsFor(given: readonly unknown[]): { flags: string[]; widening?: string } {
    // The list is the program's: `map` and `find` may be its own.
    const flags = Array.from(given, String);
    const widening = flags.find((flag) => WIDENING.test(nameOf(flag)) && !inherited.includes(flag));
    return { flags: [...first, ...flags], ...(widening === undefined ? {} : { widening }) };
  }

  replaceClass(module, "Worker", (original, top) => (args, newTarget) => {
    const denial = denialOf(cell.policy, { scope: "worker" });
    if (denial !== undefined) throw accessDenied(denial, top);
    const options = withOwnBuiltins(() => {
      const given: Record<string, unknown> = { ...(args[1] as object | undefined) };
      // Read once, and put where Node does not ask Object.prototype, on which a getter may say something else to each.
      const execArgv = given["execArgv"];
      const env = given["env"];
      const { flags, widening } = Array.isArray(execArgv)
        ? flagsFor(execArgv)
        : { flags: execArgv, widening: undefined };
      if (widening !== undefined) {
        throw accessDenied(neverGranted(`A worker's flag ${widening}`, "it would widen its walls"), top);
      }
      defineValue(given, "execArgv", flags);
      defineValue(given, "workerData", dataForWorker(cell.live, given["workerData"]));
      // The worker's preload takes it out of the environment again, before any line of the program.
      if (env === share) process.env[CELL_VARIABLE] = cell.textForWorker;
      defineValue(given, "env", env === share ? env : environmentOf(env, cell));
      return given;
    });
    return original([args[0], options], newTarget);
  });
}

/** Node takes underscores for dashes, and a negation for the flag's other side. */
function nameOf(flag: string): string {
  return flag
    .replace(/=.*$/s, "")
    .replaceAll("_", "-")
    .replace(/^--(no-)*/, "");
}

/** A copy, without the variable from which Node takes flags for a worker as it does for a process. */
function environmentOf(env: unknown, cell: CellFacts): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...(typeof env === "object" && env !== null ? env : process.env) };
  delete copy["NODE_OPTIONS"];
  copy[CELL_VARIABLE] = cell.textForWorker;
  return copy;
}

/** The flags that load the preload: `--require FILE`, as two words or as one. */
function preloadFlags(flags: readonly string[]): readonly string[] {
  const at = flags.findIndex((flag) => flag === "--require" || flag === "-r");
  const word = flags.find((flag) => flag.startsWith("--require="));
  return word !== undefined ? [word] : at < 0 ? [] : flags.slice(at, at + 2);
}
