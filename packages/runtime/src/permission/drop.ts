// SPDX-License-Identifier: Apache-2.0
import { dropOrigin, Malformed, parseDrop, type Scope, scopesNamed } from "@cordon/policy";
import type { CellFacts } from "../cell.ts";
import { publishDrop } from "../channels.ts";
import { toAbsolutePath, whereItLeads } from "../fs/paths.ts";
import { placesOfProgram } from "../patches/program.ts";
import { defineValue, withOwnBuiltins } from "../pristine.ts";
import type { AnyFunction } from "../replace.ts";
import { invalidReference, takeReference, takeScope, withCode } from "./arguments.ts";
import { isGrantedWhole } from "./has.ts";
import { dropInNode, nodeDrops } from "./node.ts";
import { addEntry, exclusively, hasRoom, makeLog } from "./shared.ts";
import { askSupervisor, NOTHING_THERE } from "./supervisor.ts";

// As it was before the program could replace it.
const emitWarning = process.emitWarning.bind(process);

type Drop = (scope: unknown, reference?: unknown) => void;

const PATHS: readonly Scope[] = ["fs.read", "fs.write", "net.unix", "addon"];
const SWITCHES: readonly Scope[] = ["worker", "wasi", "ffi", "inspector"];

/** `process.permission.drop`. Returns when what is given up is held by all walls, for all threads and children. */
export function createDrop(cell: CellFacts): Drop {
  return function drop(scope: unknown, reference?: unknown): void {
    const name = takeScope(scope, drop);
    const text = takeReference(reference, drop);
    const failure = withOwnBuiltins(() => dropAll(cell, name, text, drop as AnyFunction));
    cell.live.version();
    const [first] = withOwnBuiltins(() => scopesNamed(name));
    if (first !== undefined) publishDrop(name, first, text, text === undefined && nodeDrops);
    if (failure !== undefined) throw failure;
  };
}

function dropAll(
  cell: CellFacts,
  name: string,
  reference: string | undefined,
  top: AnyFunction,
): Error | undefined {
  let failure: Error | undefined;
  for (const scope of scopesNamed(name)) {
    // `fs` and `net` give up all that they stand for, also where one of it makes difficulties.
    failure ??= dropOne(cell, scope, SWITCHES.includes(scope) ? undefined : reference, top);
  }
  if (reference === undefined || SWITCHES.includes(name as Scope))
    dropInNode(name === "run" ? "child" : name);
  return failure;
}

function dropOne(
  cell: CellFacts,
  scope: Scope,
  reference: string | undefined,
  top: AnyFunction,
): Error | undefined {
  const { live } = cell;
  const given = reference === "*" ? undefined : reference;
  const meant = given === undefined ? [undefined] : meaningsOf(scope, given);
  try {
    for (const one of meant) parseDrop(scope, one, "/");
  } catch (error) {
    if (error instanceof Malformed) return invalidReference(error.message, top);
    throw error;
  }
  const isWhole = isGrantedWhole(cell, scope);
  live.log ??= makeLog();
  const { log } = live;
  if (scope === "env") for (const one of meant) forgetVariables(one ?? "*");
  return exclusively(log, () => {
    if (!meant.every((one) => hasRoom(log, { scope, reference: one })))
      return notHeld(scope, reference, "too much has been given up one by one", top);
    // The last is what the others lead to, and what the kernel sees.
    const reason = cell.isSupervised
      ? askSupervisor(log, scope, meant[meant.length - 1])
      : "in a container nobody can take it away from outside";
    // Also where it could not be held from outside: what can be given up is.
    for (const one of meant) {
      addEntry(log, { scope, reference: one });
      // No mount can be written and not read: to give reading up is to give writing up.
      if (scope === "fs.read") addEntry(log, { scope: "fs.write", reference: one });
    }
    if (reason === undefined) return undefined;
    const error = notHeld(scope, reference, reason, top);
    if (reason !== NOTHING_THERE || !isWhole) return error;
    // For Node it is no mistake to name what is not there, under a grant of everything: it does nothing then.
    emitWarning(error.message, "SecurityWarning", "ERR_DROP_NOT_HELD");
    return undefined;
  });
}

/** What a reference stands for, absolute, with the links of a path resolved in the last one. */
function meaningsOf(scope: Scope, reference: string): string[] {
  if (PATHS.includes(scope)) {
    const path = toAbsolutePath(reference) ?? reference;
    const real = whereItLeads(path);
    return real === path ? [path] : [path, real];
  }
  return scope === "run" ? placesOfProgram(reference) : [reference];
}

function notHeld(scope: Scope, reference: string | undefined, reason: string, top: AnyFunction): Error {
  const error = new Error(
    `${dropOrigin(scope, reference)}: not all walls could be narrowed: ${reason}. This process refuses it from now on; what it starts, or native code in it, may not.`,
  );
  defineValue(error, "scope", scope);
  defineValue(error, "resource", reference ?? "");
  return withCode(error, "ERR_DROP_NOT_HELD", top);
}

/** What is given up of the environment goes out of this thread's; `pattern` is NAME, PREFIX_* or *. */
export function forgetVariables(pattern: string): void {
  const prefix = pattern.endsWith("*") ? pattern.slice(0, -1) : undefined;
  for (const name of Object.keys(process.env)) {
    if (prefix === undefined ? name === pattern : name.startsWith(prefix)) delete process.env[name];
  }
}
