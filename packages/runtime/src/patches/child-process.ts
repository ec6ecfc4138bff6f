// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import { accessDenied } from "../denial.ts";
import { explainNodeRefusal, explainSpawnError } from "../explain.ts";
import { copyArguments, get, withOwnBuiltins } from "../pristine.ts";
import { type AnyFunction, type Callable, replaceFunction } from "../replace.ts";
import { explainEmitted } from "./net.ts";
import { DEFAULT_PATH, denialOfProgram, searchPath } from "./program.ts";

const ASYNCHRONOUS = ["exec", "execFile", "fork", "spawn"];
const SYNCHRONOUS = ["execFileSync", "execSync", "spawnSync"];
const SHELL = "/bin/sh";

const { isArray } = Array;
const { getPrototypeOf } = Object;

/** `node:child_process`: starts no program that is not granted, and the errors of starting one name the grant. */
export function patchChildProcess(module: object, cell: CellFacts): void {
  const { policy } = cell;
  const explaining =
    (original: Callable): Callable =>
    (self, args) => {
      try {
        return original(self, args);
      } catch (error) {
        explainNodeRefusal(policy, error);
        throw error;
      }
    };
  for (const name of ASYNCHRONOUS) replaceFunction(module, name, explaining);
  for (const name of SYNCHRONOUS) {
    replaceFunction(module, name, (original, top) => (self, args) => {
      const safe = copyArguments(args);
      const { options, program } = withOwnBuiltins(() => pinOptions(name, safe));
      refuseProgram(cell, program, searchPath(options["env"]), options["cwd"], top);
      try {
        const result = original(self, safe);
        if (name === "spawnSync") explainSpawnError(policy, get(result as object, "error"), program);
        return result;
      } catch (error) {
        explainSpawnError(policy, error, program);
        explainNodeRefusal(policy, error);
        throw error;
      }
    });
  }
  const ChildProcess = get(module, "ChildProcess") as new () => object;
  const { prototype } = ChildProcess as unknown as { prototype: object };
  // All that does not wait for its child ends here, with a shell in the place of a command line.
  replaceFunction(prototype, "spawn", (original, top) => (self, args) => {
    const options: Record<string, unknown> = { ...(args[0] as object | undefined) };
    refuseProgram(cell, options["file"], pathOfPairs(options["envPairs"]), options["cwd"], top);
    return original(self, [options]);
  });
  guardHandle(cell, new ChildProcess());
  explainEmitted(prototype, (error, child) => {
    explainSpawnError(policy, error, get(child as object, "spawnfile"));
  });
}

/**
 * Decides once more on what Node hands to the system: between the check above and this, whoever subscribed to the
 * channel `child_process.spawn` may have written another file into the options; and any child's handle has the class
 * with which a program makes handles of its own.
 */
function guardHandle(cell: CellFacts, child: object): void {
  const handle = get(child, "_handle") as object;
  replaceFunction(getPrototypeOf(handle) ?? handle, "spawn", (original, top) => (self, args) => {
    // Since 24.21 (file, args, cwd, envPairs, …), before that one object.
    const safe = copyArguments(args);
    if (typeof safe[0] === "object" && safe[0] !== null) {
      const options: Record<string, unknown> = { __proto__: null, ...safe[0] };
      options["envPairs"] = pinPairs(options["envPairs"]);
      refuseProgram(cell, options["file"], pathOfPairs(options["envPairs"]), options["cwd"], top);
      return original(self, [options]);
    }
    safe[3] = pinPairs(safe[3]);
    refuseProgram(cell, safe[0], pathOfPairs(safe[3]), safe[2], top);
    return original(self, safe);
  });
}

/** A copy in which no getter names one PATH to us and another to Node. */
function pinPairs(pairs: unknown): unknown {
  return isArray(pairs) ? withOwnBuiltins(() => Array.from(pairs, String)) : pairs;
}

/** Copies the options in place, to be read once: a getter could name one shell to us and another to Node. */
function pinOptions(name: string, args: unknown[]): { options: Record<string, unknown>; program: unknown } {
  const at = args.findIndex((value, index) => index > 0 && isOptions(value));
  const options: Record<string, unknown> = at < 0 ? {} : { ...(args[at] as object) };
  if (at >= 0) args[at] = options;
  return { options, program: programOf(name, args[0], options["shell"]) };
}

function isOptions(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function programOf(name: string, file: unknown, shell: unknown): unknown {
  if (name === "execSync") return typeof shell === "string" ? shell : SHELL;
  if (shell === undefined || shell === null || shell === false || shell === "") return file;
  return typeof shell === "string" ? shell : SHELL;
}

function pathOfPairs(pairs: unknown): string {
  return withOwnBuiltins(() => {
    if (!Array.isArray(pairs)) return searchPath(undefined);
    const pair: unknown = pairs.find((text) => String(text).startsWith("PATH="));
    return typeof pair === "string" ? pair.slice("PATH=".length) : DEFAULT_PATH;
  });
}

function refuseProgram(
  cell: CellFacts,
  program: unknown,
  path: string,
  cwd: unknown,
  top: AnyFunction,
): void {
  if (typeof program !== "string") return; // Node says itself what it expected
  const denial = withOwnBuiltins(() =>
    denialOfProgram(cell.policy, program, path, typeof cwd === "string" ? cwd : "."),
  );
  if (denial !== undefined) throw accessDenied(denial, top);
}
