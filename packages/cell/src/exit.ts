// SPDX-License-Identifier: Apache-2.0
import { constants } from "node:os";
import { CordonError, describeLimit, isLimitName, limitFlag } from "@cordon/policy";
import { firstPlace } from "./frames.ts";
import type { LimitEffect, StatusEvent } from "./status-line.ts";

/** A limit was met. docs/limits.md says how each is held and measured. */
export interface CellLimit {
  /** Its name in the policy. */
  readonly limit: string;
  /** What it did: ended the cell, refused what went beyond it, or slowed the cell down. */
  readonly effect: LimitEffect;
  /** What holds it: `cgroup`, `rlimit`, `watch`, `supervisor`, `heap`, … */
  readonly by: string;
  /** What the policy allows, in the limit's own unit: bytes, milliseconds, a number. */
  readonly value: number;
  /** The most that was seen, in the same unit. */
  readonly peak: number;
  /** How often it was met so far. */
  readonly count: number;
  /**
   * Of a limit of time: where the program's main thread was, as V8 prints a stack (`spin (/app/loop.js:3:9)`), the
   * innermost frame first. Empty where it was not at JavaScript, absent where it could not be asked. It comes from inside:
   * printable and bounded, but not to be believed.
   */
  readonly at?: readonly string[];
}

/** How a cell ended. */
export interface CellExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The limit that ended it. */
  readonly limit?: string;
  /** As a shell would say it: the code, or 128 + n for a signal. */
  readonly exitCode: number;
  /**
   * What ended it, where it was not the program's own doing nor the host's: `ERR_LIMIT_EXCEEDED` names limit, value and
   * peak; `ERR_HEAP_EXHAUSTED`, `ERR_HOST_MEMORY` and `ERR_CRASHED` tell want of memory from a crash.
   */
  readonly error?: CordonError;
}

type Ended = Extract<StatusEvent, { event: "exited" }>;

function signalName(number: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found === undefined ? null : (found[0] as NodeJS.Signals);
}

/** The error for a program that a limit has ended. */
export function limitError({ limit, value, peak, by, at }: CellLimit): CordonError {
  const known = isLimitName(limit);
  const words = (amount: number): string => (known ? describeLimit(limit, amount) : String(amount));
  const where = at === undefined ? undefined : firstPlace(at);
  return new CordonError(
    "ERR_LIMIT_EXCEEDED",
    { limit, value: words(value), peak: words(peak), by, where: where === undefined ? "" : ` at ${where}` },
    { limit, value, peak, ...(at === undefined ? {} : { at }), ...(known ? { path: limitFlag(limit) } : {}) },
  );
}

// Signals by which the kernel, or the program's own libraries, end a program that has gone wrong.
const crashes: readonly (NodeJS.Signals | null)[] = [
  "SIGSEGV",
  "SIGBUS",
  "SIGILL",
  "SIGFPE",
  "SIGTRAP",
  "SIGSYS",
  "SIGABRT",
];

function errorOf(
  met: CellLimit | undefined,
  cause: string,
  signal: NodeJS.Signals | null,
): CordonError | undefined {
  if (met !== undefined) return limitError(met);
  if (cause === "heap") return new CordonError("ERR_HEAP_EXHAUSTED", {}, {});
  if (cause === "host-memory") return new CordonError("ERR_HOST_MEMORY", {}, {});
  return crashes.includes(signal)
    ? new CordonError("ERR_CRASHED", { signal: String(signal) }, {})
    : undefined;
}

/** The program's end where the supervisor has reported it, its own otherwise. */
export function exitOf(
  end: Ended | undefined,
  own: { readonly code: number | null; readonly signal: NodeJS.Signals | null },
  met: CellLimit | undefined,
): CellExit {
  const code = end === undefined ? own.code : (end.code ?? null);
  const number = end?.signal ?? (own.signal === null ? 0 : constants.signals[own.signal]);
  const signal = signalName(number);
  const error = errorOf(met, end?.cause ?? "", signal);
  return {
    code,
    signal,
    exitCode: code ?? 128 + number,
    ...(met === undefined ? {} : { limit: met.limit }),
    ...(error === undefined ? {} : { error }),
  };
}
