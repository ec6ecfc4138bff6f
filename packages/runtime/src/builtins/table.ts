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
import { patchDgram, patchNet } from "../patches/net.ts";
import { patchSqlite } from "../patches/sqlite.ts";
import { patchWorker } from "../patches/worker.ts";

type Patch = (module: object, cell: CellFacts, files: FileGuard) => void;

/** What is patched when the program first asks for it; loading all of it would cost each start some milliseconds. */
export const PATCHES: ReadonlyMap<string, Patch> = new Map<string, Patch>([
  ["fs/promises", (module, _cell, files) => wrapFsPromises(module, files)],
  ["net", patchNet],
  ["dgram", patchDgram],
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
  ...["assert", "async_hooks", "buffer", "console", "constants", "diagnostics_channel", "dns", "events", "fs", "os"],
  ...["path", "perf_hooks", "process", "punycode", "querystring", "readline", "stream", "string_decoder", "sys"],
  ...["timers", "timers/promises", "tty", "url", "util", "util/types", "zlib"],
];

/** Which of the above a program can reach from a built-in. One that is not here may lead to any of them. */
export const LEADS_TO: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...[...PATCHES.keys()].map((id): [string, string[]] => [id, [id]]),
  ...HARMLESS.map((id): [string, string[]] => [id, []]),
  ...["http", "http2", "https", "tls"].map((id): [string, string[]] => [id, ["net"]]),
  // `Module._load` loads any other, unseen.
  ["module", [...PATCHES.keys()]],
]);
