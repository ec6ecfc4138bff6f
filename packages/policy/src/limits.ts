// SPDX-License-Identifier: Apache-2.0
import type { Limits } from "./types.ts";
import {
  durationPattern,
  formatDuration,
  formatSize,
  parseCount,
  parseDuration,
  parseSize,
  sizePattern,
} from "./units.ts";
import { expected } from "./values.ts";

export type LimitName = keyof Limits;
type LimitKind = "size" | "count" | "duration" | "switch";

interface LimitEntry {
  readonly kind: LimitKind;
  /** The flag, behind `--limit-`. */
  readonly flag: string;
  readonly description: string;
  readonly example: string;
}

/** The one table of limits: flags, files, the JSON Schema and the documentation are all made from it. */
export const limitTable: Readonly<Record<LimitName, LimitEntry>> = Object.freeze({
  memory: {
    kind: "size",
    flag: "memory",
    description: "Memory of all the cell's processes.",
    example: "256MB",
  },
  processes: {
    kind: "count",
    flag: "processes",
    description: "Processes and threads at one time.",
    example: "32",
  },
  wallTime: {
    kind: "duration",
    flag: "wall-time",
    description: "Time from start to end, by the clock on the wall.",
    example: "30s",
  },
  openFiles: {
    kind: "count",
    flag: "open-files",
    description: "Descriptors of one process.",
    example: "256",
  },
  scratch: { kind: "size", flag: "scratch", description: "Size of the private /tmp.", example: "64MB" },
  watch: {
    kind: "switch",
    flag: "watch",
    description: "Accept the supervisor's own watch over memory and processes on a host without cgroups.",
    example: "",
  },
} satisfies Record<LimitName, LimitEntry>);

export const limitNames: readonly LimitName[] = Object.freeze([
  "memory",
  "processes",
  "wallTime",
  "openFiles",
  "scratch",
  "watch",
]);

export type OpenLimits = { -readonly [Name in LimitName]?: Limits[Name] };

/** Reads one limit as a file gives it. Throws Malformed. */
export function parseLimit(limits: OpenLimits, name: LimitName, value: unknown): void {
  switch (name) {
    case "memory":
    case "scratch":
      limits[name] = parseSize(value, name);
      return;
    case "wallTime":
      limits[name] = parseDuration(value, name);
      return;
    case "processes":
    case "openFiles":
      limits[name] = parseCount(value, name);
      return;
    case "watch":
      if (typeof value !== "boolean") throw expected("`watch` to be true or false", value);
      limits[name] = value;
  }
}

/** The limits as a file writes them. */
export function formatLimits(limits: Limits): Record<string, string | number | boolean> {
  const { memory, processes, wallTime, openFiles, scratch, watch } = limits;
  return {
    ...(memory === undefined ? {} : { memory: formatSize(memory) }),
    ...(processes === undefined ? {} : { processes }),
    ...(wallTime === undefined ? {} : { wallTime: formatDuration(wallTime) }),
    ...(openFiles === undefined ? {} : { openFiles }),
    ...(scratch === undefined ? {} : { scratch: formatSize(scratch) }),
    ...(watch ? { watch } : {}),
  };
}

/** The smaller of each limit. `watch` is a leave, not a bound: how it combines is the caller's to say. */
export function smallerLimits(all: readonly Partial<Limits>[], watch: boolean): Limits {
  const result: OpenLimits & { watch: boolean } = { watch };
  for (const limits of all) {
    for (const name of ["memory", "processes", "wallTime", "openFiles", "scratch"] as const) {
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
  switch: { type: "boolean" },
});
