// SPDX-License-Identifier: Apache-2.0
// What `cordon serve` runs in a cell: `node … serve.cjs /path/to/app`. Finds out the app's shape by looking at it.
import { resolve } from "node:path";
import { drainOnTerminate } from "./serve/drain.ts";
import { watchListeners } from "./serve/listeners.ts";
import { loadApp } from "./serve/load.ts";
import { handlerOf } from "./serve/shape.ts";
import { startServer } from "./serve/start.ts";

const NO_SHAPE =
  "Expected the app to export a default with fetch(request), to export a function (req, res), or to call listen(); " +
  "got none of these. Export one of them, or start a server.";

async function serve(entry: string): Promise<void> {
  const listeners = watchListeners();
  drainOnTerminate(listeners);
  const handler = handlerOf(await loadApp(entry));
  // A server of the app's own goes before what it exports: many export their handler too, for their tests.
  if (handler !== undefined && !listeners.some()) startServer(handler);
  process.once("beforeExit", () => {
    if (listeners.some()) return;
    console.error(NO_SHAPE);
    process.exitCode = 1;
  });
}

const entry = process.argv[2];
if (entry === undefined) {
  console.error("Expected the path of an app, got no argument. Call it as: node serve.cjs /path/to/app.js");
  process.exitCode = 1;
} else {
  // The app sees itself as the program.
  process.argv.splice(1, 2, resolve(entry));
  void serve(resolve(entry));
}
