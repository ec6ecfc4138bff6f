// SPDX-License-Identifier: Apache-2.0

/** What a limit that was met has done: ended the cell, refused what went beyond it, or slowed the cell down. */
export type LimitEffect = "ended" | "refused" | "slowed";

/** What the supervisor reports, one JSON object a line; docs/plan.md lists the events. */
export type StatusEvent =
  | { readonly event: "started"; readonly pid: number }
  | { readonly event: "ready" }
  | { readonly event: "listening"; readonly port: number }
  | {
      readonly event: "denied";
      readonly scope: string;
      readonly resource: string;
      readonly by: string;
      readonly name?: string;
    }
  | {
      readonly event: "used";
      readonly use: string;
      readonly kind: string;
      readonly resource: string;
      readonly real: string;
      readonly by: string;
    }
  | { readonly event: "drop"; readonly request: number; readonly scope: string; readonly reference: string }
  | { readonly event: "narrowed"; readonly id: number; readonly errno: string; readonly resource: string }
  | {
      readonly event: "limit";
      readonly limit: string;
      readonly effect: LimitEffect;
      readonly by: string;
      readonly value: number;
      readonly peak: number;
      readonly count: number;
    }
  | {
      readonly event: "traffic";
      readonly id: number;
      readonly resource: string;
      readonly connections: number;
      readonly refusals: number;
      readonly sent: number;
      readonly received: number;
    }
  | {
      readonly event: "counted";
      readonly id: number;
      readonly connections: number;
      readonly refusals: number;
      readonly sent: number;
      readonly received: number;
      readonly unmetered: number;
    }
  | {
      readonly event: "rates";
      readonly id: number;
      readonly openFiles: number;
      readonly scratch: number;
      readonly scratchFiles: number;
      readonly output: number;
      readonly connections: number;
    }
  | { readonly event: "frame"; readonly text: string }
  | {
      readonly event: "usage";
      readonly id: number;
      readonly memory: number;
      readonly peakMemory: number;
      readonly swap: number;
      readonly peakSwap: number;
      readonly processes: number;
      readonly peakProcesses: number;
      /** Microseconds. */
      readonly cpu: number;
      readonly user: number;
      readonly system: number;
      readonly throttled: number;
    }
  | { readonly event: "frozen"; readonly id: number; readonly frozen: boolean; readonly errno: string }
  | {
      readonly event: "exited";
      readonly code?: number;
      readonly signal?: number;
      /** `heap`, `host-memory`, or empty. */
      readonly cause: string;
      readonly lost: number;
    }
  | { readonly event: "failed"; readonly step: string; readonly errno: string; readonly resource: string };

// The supervisor's own bound is lower; a longer line is not its.
const MAX_LINE = 16 * 1024;

const counts = { connections: "number", refusals: "number", sent: "number", received: "number" } as const;
type FieldType = "string" | "number" | "amount" | "boolean";

const fields = {
  started: { pid: "number" },
  ready: {},
  listening: { port: "number" },
  drop: { request: "number", scope: "string", reference: "string" },
  narrowed: { id: "number", errno: "string", resource: "string" },
  denied: { scope: "string", resource: "string", by: "string" },
  used: { use: "string", kind: "string", resource: "string", real: "string", by: "string" },
  limit: {
    limit: "string",
    effect: "string",
    by: "string",
    value: "amount",
    peak: "amount",
    count: "number",
  },
  traffic: { id: "number", resource: "string", ...counts },
  counted: { id: "number", ...counts, unmetered: "number" },
  rates: {
    id: "number",
    openFiles: "number",
    scratch: "number",
    scratchFiles: "number",
    output: "number",
    connections: "number",
  },
  frame: { text: "string" },
  usage: {
    id: "number",
    memory: "number",
    peakMemory: "number",
    swap: "number",
    peakSwap: "number",
    processes: "number",
    peakProcesses: "number",
    cpu: "number",
    user: "number",
    system: "number",
    throttled: "number",
  },
  frozen: { id: "number", frozen: "boolean", errno: "string" },
  exited: { cause: "string", lost: "number" },
  failed: { step: "string", errno: "string", resource: "string" },
} as const satisfies Record<StatusEvent["event"], Readonly<Record<string, FieldType>>>;

const effects: readonly unknown[] = ["ended", "refused", "slowed"] satisfies LimitEffect[];
const optional = { name: "string", code: "number", signal: "number" } as const;

/** The supervisor counts, and numbers what it has: nothing else is a number of its. A share may be part of one. */
function isOf(type: FieldType, value: unknown): boolean {
  switch (type) {
    case "number":
      return Number.isSafeInteger(value) && Number(value) >= 0;
    case "amount":
      return typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
    default:
      return typeof value === type;
  }
}

/** The event with its own fields and no others; `undefined` where one is missing or none. */
function readEvent(value: unknown): StatusEvent | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const record: Record<string, unknown> = { ...value };
  const event = record["event"];
  if (typeof event !== "string" || !Object.hasOwn(fields, event)) return undefined;
  if (event === "limit" && !effects.includes(record["effect"])) return undefined;
  const clean: Record<string, unknown> = { event };
  for (const [name, type] of Object.entries<FieldType>({
    ...optional,
    ...fields[event as StatusEvent["event"]],
  })) {
    if (record[name] === undefined && Object.hasOwn(optional, name)) continue;
    if (!isOf(type, record[name])) return undefined;
    clean[name] = record[name];
  }
  return clean as StatusEvent;
}

/** Bytes of a recorded program's as the text that they are: a path must stay that path. */
function decode(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/**
 * Bytes of a cell's as text that can be printed: the supervisor writes each as one character, and what would steer a
 * terminal, break a line or turn the writing round comes out as an escape.
 */
function printable(bytes: string): string {
  const text = Buffer.from(bytes, "latin1").toString("utf8");
  const escape = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}\\]/gu, escape);
}

/** One line of the supervisor's; `undefined` for anything that is none. */
export function parseStatusLine(line: string): StatusEvent | undefined {
  try {
    const value = readEvent(JSON.parse(line));
    if (value === undefined) return undefined;
    if (value.event === "used")
      return { ...value, resource: decode(value.resource), real: decode(value.real), by: decode(value.by) };
    if (value.event === "frame") return { ...value, text: printable(value.text) };
    if (!("resource" in value)) return value;
    const name = "name" in value && value.name !== undefined ? { name: printable(value.name) } : {};
    return { ...value, resource: printable(value.resource), ...name };
  } catch {
    return undefined;
  }
}

/** Cuts a stream of bytes into lines. What is longer than any line of the supervisor's is dropped whole, not gathered. */
export function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let waiting = "";
  let isTooLong = false;
  return (chunk) => {
    const parts = (waiting + chunk.toString("latin1")).split("\n");
    waiting = parts.pop() ?? "";
    for (const line of parts) {
      if (!isTooLong && line.length <= MAX_LINE) onLine(line);
      isTooLong = false;
    }
    if (waiting.length <= MAX_LINE) return;
    waiting = "";
    isTooLong = true; // the rest of it is no line of its own
  };
}
