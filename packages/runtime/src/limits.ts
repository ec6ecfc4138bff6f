// SPDX-License-Identifier: Apache-2.0
import { statfsSync } from "node:fs";
import { defineValue, get, withOwnBuiltins } from "./pristine.ts";
import { reportLimit } from "./report.ts";

/** Limits of the cell that the kernel or the broker tells by an errno, as a policy writes them. */
export type LimitFacts = Readonly<Record<string, string>>;

const SCRATCH = "/tmp";
const stat = statfsSync;
let limits: LimitFacts = {};

/** Takes what the cell is told of its limits. */
export function useLimits(facts: LimitFacts): void {
  limits = { __proto__: null, ...facts } as unknown as LimitFacts;
}

/**
 * Makes an error that comes of a limit say which, and tells the host. Any other value is left alone.
 *
 * @param path what the call was about, where its error does not say
 */
export function explainLimit(error: unknown, path?: string): void {
  if (!(error instanceof Error) || get(error, "limit") !== undefined) return;
  const code = get(error, "code");
  if (code !== "EMFILE" && code !== "ENOSPC" && code !== "ENOBUFS" && code !== "EAGAIN") return;
  withOwnBuiltins(() => {
    const name = limitOf(code, String(get(error, "syscall")), get(error, "path") ?? path);
    const value = name === undefined ? undefined : limits[name];
    if (name !== undefined && value !== undefined) explain(error, name, value);
  });
}

function limitOf(code: string, syscall: string, path: unknown): string | undefined {
  if (code === "EMFILE") return "openFiles";
  if (code === "ENOSPC") return syscall === "watch" ? undefined : fullScratch(path); // inotify has that errno too
  if (syscall === "connect") return code === "ENOBUFS" ? "connections" : "connectRate";
  return code === "EAGAIN" && /^(spawn|fork)/.test(syscall) ? "processes" : undefined;
}

/** What of the private /tmp is used up, if it is that. */
function fullScratch(path: unknown): string | undefined {
  try {
    const { bfree, ffree } = stat(SCRATCH);
    if (ffree === 0) return "scratchFiles";
    if (bfree === 0) return "scratch";
  } catch {
    // It may be granted to be written and not to be read.
  }
  return typeof path === "string" && path.startsWith(`${SCRATCH}/`) ? "scratch" : undefined;
}

function explain(error: Error, name: string, value: string): void {
  const { message: before, stack } = error;
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const message = `${before}: the limit \`${name}\` of ${value} is met. Raise it with --limit-${flag}`;
  defineValue(error, "message", message, false);
  const at = stack === undefined ? -1 : stack.indexOf(before);
  if (stack !== undefined && at >= 0)
    defineValue(error, "stack", stack.slice(0, at) + message + stack.slice(at + before.length), false);
  defineValue(error, "limit", name);
  // The broker has told of its own.
  if (name === "openFiles" || name === "scratch" || name === "scratchFiles") reportLimit(name);
}
