// SPDX-License-Identifier: Apache-2.0
// The first thing that runs under `cordon learn`: tells what the kernel does not see, the names of variables and hosts
// and what is asked about the machine. There are no walls, and it refuses nothing.
import { syncBuiltinESMExports } from "node:module";
import { isMainThread } from "node:worker_threads";
import { observeChildren, restoreOptions } from "./observe/children.ts";
import { observeEngine } from "./observe/engine.ts";
import { observeEnvironment } from "./observe/environment.ts";
import { observeMachine } from "./observe/machine.ts";
import { observeNames } from "./observe/names.ts";
import { createSink, openPipe, RECORD_VARIABLE } from "./observe/sink.ts";
import { reportReady } from "./report.ts";

const place = process.env[RECORD_VARIABLE];
const pipe = place === undefined ? undefined : openPipe(place);
if (place !== undefined && pipe !== undefined) {
  const sink = createSink(pipe);
  const isProgram = place === "fd:3";
  restoreOptions(process.env);
  observeMachine(sink);
  observeNames(sink);
  observeEngine(sink, place);
  // Not deleted: a worker gets a copy of the environment, and must find it there.
  const quietly = observeEnvironment(sink, [RECORD_VARIABLE]);
  observeChildren(sink, isProgram ? `/proc/${process.pid}/fd/3` : place, quietly);
  syncBuiltinESMExports();
  if (isProgram && isMainThread) reportReady();
}
