// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import type { Denial, Policy } from "@cordon/policy";
import { denialOf } from "../denial.ts";
import { get } from "../pristine.ts";

/** Where execvp(3) looks when there is no PATH. */
export const DEFAULT_PATH = "/usr/bin:/bin";

// As they were before the program could replace them.
const access = accessSync;
// Node checks each directory on the way where it resolves links itself.
const { native: realpath } = realpathSync;

/** The PATH of an environment; of the process's own where it is none. */
export function searchPath(env: unknown): string {
  const path = get(typeof env === "object" && env !== null ? env : process.env, "PATH");
  return typeof path === "string" ? path : DEFAULT_PATH;
}

/** Decides on what the name leads to, as execvp(3) looks it up. What is not there is Node's to say, unless it is not granted. */
export function denialOfProgram(
  policy: Policy,
  program: string,
  path: string,
  cwd: string,
): Denial | undefined {
  const places = placesOf(program, path, cwd);
  const found = places.find(isExecutable);
  const asWritten = denialOf(policy, {
    scope: "run",
    program: places.length === 1 ? (places[0] ?? program) : program,
  });
  if (found === undefined) return asWritten;
  return denialOf(policy, { scope: "run", program: realpath(found) });
}

/** Whether a program could be started. */
export function isProgramGranted(policy: Policy, program: string): boolean {
  return denialOfProgram(policy, program, searchPath(undefined), ".") === undefined;
}

/** What a program's name or path stands for: as it is written, and where it is found. */
export function placesOfProgram(program: string): string[] {
  const written = program.includes("/") ? resolve(program) : program;
  const found = placesOf(program, searchPath(undefined), ".").find(isExecutable);
  const real = found === undefined ? written : realpath(found);
  return real === written ? [written] : [written, real];
}

function placesOf(program: string, path: string, cwd: string): string[] {
  if (program.includes("/")) return [isAbsolute(program) ? program : resolve(cwd, program)];
  return path.split(delimiter).map((place) => join(place, program));
}

function isExecutable(path: string): boolean {
  try {
    access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
