// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import type { FileGuard } from "../fs/guard.ts";
import { wrapFsPromises } from "../fs/wrap.ts";
import { patchChildProcess } from "../patches/child-process.ts";
import {
  patchCrypto,
  patchFfi,
  patchInspector,
  patchModule,
  patchTraceEvents,
  patchV8,
  patchWasi,
} from "../patches/engine.ts";
import { patchDns, patchDnsPromises } from "../patches/dns.ts";
import { patchDgram, patchNet } from "../patches/net.ts";
import { patchOs } from "../patches/os.ts";
import { patchSqlite } from "../patches/sqlite.ts";
import { patchWorker } from "../patches/worker.ts";

type Patch = (module: object, cell: CellFacts, files: FileGuard) => void;

/** What is patched when the program first asks for it; loading all of it would cost each start some milliseconds. */
export const PATCHES: ReadonlyMap<string, Patch> = new Map<string, Patch>([
  ["fs/promises", (module, _cell, files) => wrapFsPromises(module, files)],
  ["net", patchNet],
  ["dgram", patchDgram],
  ["dns", patchDns],
  ["dns/promises", patchDnsPromises],
  ["os", patchOs],
  ["child_process", patchChildProcess],
  ["worker_threads", patchWorker],
  ["v8", patchV8],
  ["inspector", patchInspector],
  ["inspector/promises", patchInspector],
  ["trace_events", patchTraceEvents],
  ["module", patchModule],
  ["crypto", patchCrypto],
  ["sqlite", patchSqlite],
  ["wasi", patchWasi],
  ["ffi", patchFfi],
]);

const HARMLESS = [
  "assert",
  "async_hooks",
  "buffer",
  "console",
  "constants",
  "diagnostics_channel",
  "events",
  "fs",
  "path",
  "perf_hooks",
  "process",
  "punycode",
  "querystring",
  "readline",
  "stream",
  "string_decoder",
  "sys",
  "timers",
  "timers/promises",
  "tty",
  "url",
  "util",
  "util/types",
  "zlib",
];

/**
 * Which of the above a program can reach from a built-in, by either of its names. One that is not here may lead to any
 * of them. Without a prototype, since it is asked while the program's own built-ins are in place.
 */
export const LEADS_TO: Readonly<Record<string, readonly string[]>> = tableOf([
  ...[...PATCHES.keys()].map((id): [string, string[]] => [id, [id]]),
  ...HARMLESS.map((id): [string, string[]] => [id, []]),
  ...["http", "http2", "https", "tls"].map((id): [string, string[]] => [id, ["net"]]),
  // `Module._load` loads any other.
  ["module", [...PATCHES.keys()]],
]);

function tableOf(entries: readonly [string, string[]][]): Record<string, readonly string[]> {
  const table: Record<string, readonly string[]> = Object.create(null);
  for (const [id, targets] of entries) {
    table[id] = targets;
    table[`node:${id}`] = targets;
  }
  return table;
}
