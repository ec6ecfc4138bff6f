// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { encodePlan, jailPath, type Plan } from "@cordon/walls";
import type { CellOptions } from "./options.ts";
import { planFor } from "./plan-for.ts";

/** What a command that hands its cell over leaves for the attendant: JSON, in a variable that the program never sees. */
export interface Left<A> {
  readonly options: CellOptions;
  readonly plan: Plan;
  readonly about: A;
}

/** Who tells of a cell whose command is gone. */
export interface Attendant<A> {
  /** A command line that comes to `attend`. */
  readonly command: readonly [string, ...string[]];
  /** What it is called for besides failures, limits, drops, and refusals of a program that failed. */
  readonly tells: readonly ("denials" | "exit")[];
  /** Plain data that it needs. */
  readonly about: A;
}

/** The name of that variable. */
export const LEFT = "CORDON_LEFT";
const PLAN = "CORDON_PLAN";
/** execve(2) takes no longer string (MAX_ARG_STRLEN), name and NUL included. */
const LONGEST_VARIABLE = 128 * 1024 - 64;
/** Of what execve takes altogether: the rest is for the arguments, and the pointers to all of it. */
const MOST_OF_ARGUMENTS = 0.75;

/**
 * Starts a cell and becomes its supervisor: this process executes the jail (execve(2)), so that nothing of the command
 * stays in memory and nothing has to be waited for twice. The attendant is started when there is something to tell.
 *
 * @returns only where execve would not take a plan of that size; nothing has happened then
 * @throws CordonError what this host or the policy do not allow
 */
export async function handOver<A>(
  options: CellOptions,
  { command, tells, about }: Attendant<A>,
): Promise<void> {
  const plan = await planFor(options);
  const text = encodePlan(plan);
  // The filter is half of a plan, and nobody reads it again.
  const filters = plan.filters === null ? null : { ...plan.filters, seccomp: "" };
  const left: Left<A> = { options, plan: { ...plan, filters }, about };
  const variables: Record<string, string | undefined> = {
    ...process.env,
    [LEFT]: JSON.stringify(left),
    [PLAN]: text,
  };
  if (!isTaken(variables)) return;
  flushCompileCache();
  // Node has it since 22.15; the command takes 24.
  process.execve?.(
    jailPath,
    ["cordon-jail", "--plan=environment", ...tells.map((what) => `--tell=${what}`), "--", ...command],
    variables,
  );
}

/** Whether execve takes these variables: a quarter of the stack that a process may have, and never less than 128 KiB. */
function isTaken(variables: Readonly<Record<string, string | undefined>>): boolean {
  const [, stack = "0"] =
    /^Max stack size\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  const room = stack === "unlimited" ? 6 * 1024 * 1024 : Math.max(Number(stack) / 4, 128 * 1024);
  const sizes = Object.entries(variables).map(
    ([name, value]) => Buffer.byteLength(`${name}=${value ?? ""}`) + 9,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return total <= room * MOST_OF_ARGUMENTS && sizes.every((size) => size <= LONGEST_VARIABLE);
}
