// SPDX-License-Identifier: Apache-2.0
import type { Limits } from "./types.ts";
import {
  durationPattern,
  formatDuration,
  formatSize,
  parseCount,
  parseDuration,
  parseShare,
  parseSize,
  sizePattern,
} from "./units.ts";

export type LimitName = keyof Limits;
type LimitKind = "size" | "count" | "weight" | "share" | "duration";

interface LimitEntry {
  readonly kind: LimitKind;
  /** The flag, behind `--limit-`. */
  readonly flag: string;
  readonly description: string;
  readonly example: string;
  /** What `cordon explain` says; `#` stands for the amount. */
  readonly words: string;
}

/** The one table of limits: flags, files, the JSON Schema and the documentation are all made from it. */
export const limitTable: Readonly<Record<LimitName, LimitEntry>> = Object.freeze({
  memory: {
    kind: "size",
    flag: "memory",
    description: "Memory of all the cell's processes.",
    example: "256MB",
    words: "# of memory",
  },
  swap: {
    kind: "size",
    flag: "swap",
    description: "Swap beside the memory; without it none, where `memory` is set.",
    example: "64MB",
    words: "# of swap",
  },
  cpu: {
    kind: "share",
    flag: "cpu",
    description: "Processors' worth of time at one time: 0.5 is half of one.",
    example: "0.5",
    words: "# processors",
  },
  cpuWeight: {
    kind: "weight",
    flag: "cpu-weight",
    description: "Share of busy processors beside others, whose weight is 100 unless it is set.",
    example: "50",
    words: "weight # beside others",
  },
  cpuTime: {
    kind: "duration",
    flag: "cpu-time",
    description: "Processor time of all the cell's processes, from start to end.",
    example: "10s",
    words: "# of processor time",
  },
  processes: {
    kind: "count",
    flag: "processes",
    description: "Processes and threads at one time.",
    example: "32",
    words: "# processes and threads",
  },
  wallTime: {
    kind: "duration",
    flag: "wall-time",
    description: "Time from start to end, by the clock on the wall.",
    example: "30s",
    words: "# of wall time",
  },
  openFiles: {
    kind: "count",
    flag: "open-files",
    description: "Descriptors of one process.",
    example: "256",
    words: "# open files",
  },
  scratch: {
    kind: "size",
    flag: "scratch",
    description: "Size of the private /tmp.",
    example: "64MB",
    words: "# in the private /tmp",
  },
  scratchFiles: {
    kind: "count",
    flag: "scratch-files",
    description: "Files and directories in the private /tmp; without it one for each 4 KB of `scratch`.",
    example: "1000",
    words: "# files in the private /tmp",
  },
  output: {
    kind: "size",
    flag: "output",
    description: "Bytes a second of standard output and standard error together.",
    example: "1MB",
    words: "# of output a second",
  },
  connections: {
    kind: "count",
    flag: "connections",
    description: "Connections that are open at one time.",
    example: "64",
    words: "# open connections",
  },
  connectRate: {
    kind: "count",
    flag: "connect-rate",
    description: "New connections in a second.",
    example: "20",
    words: "# new connections a second",
  },
} satisfies Record<LimitName, LimitEntry>);

export const limitNames: readonly LimitName[] = Object.freeze(Object.keys(limitTable) as LimitName[]);

export type OpenLimits = { -readonly [Name in LimitName]?: Limits[Name] };

/** Reads one limit as a file gives it. Throws Malformed. */
export function parseLimit(name: LimitName, value: unknown): number {
  const { kind } = limitTable[name];
  switch (kind) {
    case "size":
      return parseSize(value, name);
    case "duration":
      return parseDuration(value, name);
    case "share":
      return parseShare(value, name);
    case "weight":
      return parseCount(value, name, 10_000);
    default:
      return parseCount(value, name);
  }
}

const numbers: Readonly<Partial<Record<LimitKind, RegExp>>> = {
  count: /^\d{1,9}$/,
  weight: /^\d{1,9}$/,
  share: /^\d{1,4}(\.\d{1,4})?$/,
};

/** The value of a flag as a file would write it, where numbers are no text. */
export function limitOfFlag(name: LimitName, value: string): unknown {
  return numbers[limitTable[name].kind]?.test(value) === true ? Number(value) : value;
}

function formatLimit(kind: LimitKind, value: number): string | number {
  if (kind === "size") return formatSize(value);
  return kind === "duration" ? formatDuration(value) : value;
}

/** The limits as a file writes them. */
export function formatLimits(limits: Limits): Record<string, string | number> {
  const entries = limitNames.flatMap((name) => {
    const value = limits[name];
    return value === undefined ? [] : [[name, formatLimit(limitTable[name].kind, value)] as const];
  });
  return Object.fromEntries(entries);
}

/** The smaller of each limit. */
export function smallerLimits(all: readonly Limits[]): Limits {
  const result: OpenLimits = {};
  for (const limits of all) {
    for (const name of limitNames) {
      const value = limits[name];
      if (value !== undefined) result[name] = Math.min(value, result[name] ?? value);
    }
  }
  return Object.freeze(result);
}

/** What the JSON Schema says of each kind. */
export const limitSchemas: Readonly<Record<LimitKind, object>> = Object.freeze({
  size: { type: "string", pattern: sizePattern },
  duration: { type: "string", pattern: durationPattern },
  count: { type: "integer", minimum: 1, maximum: 1_000_000 },
  weight: { type: "integer", minimum: 1, maximum: 10_000 },
  share: { type: "number", minimum: 0.01, maximum: 1024 },
});
