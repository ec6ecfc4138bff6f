// SPDX-License-Identifier: Apache-2.0
import { type PipeIdentity, pipeIdentity, usePipes } from "../report.ts";
import { defineValue, get } from "../pristine.ts";
import type { LivePolicy } from "./live.ts";
import { makeLog, openLog } from "./shared.ts";

/** What a worker gets in the place of its data: that, and the memory in which all threads read what is given up. */
interface Wrapped {
  readonly memory: SharedArrayBuffer;
  readonly pipes: PipeIdentity | undefined;
  readonly data: unknown;
}

/** Wraps a worker's data. Nothing of the program's runs between here and the worker's preload, which unwraps it. */
export function dataForWorker(live: LivePolicy, data: unknown): Wrapped {
  live.log ??= makeLog();
  return { memory: live.log.memory, pipes: pipeIdentity(), data };
}

/** Takes it, in the worker, before any line of the program. */
export function takeWorkerData(live: LivePolicy): void {
  const threads: object = require("node:worker_threads");
  const { memory, pipes, data } = get(threads, "workerData") as Wrapped;
  live.log = openLog(memory);
  usePipes(pipes);
  defineValue(threads, "workerData", data);
}
