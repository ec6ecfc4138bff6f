// SPDX-License-Identifier: Apache-2.0
import { createRequire, isBuiltin } from "node:module";
import { toAbsolutePath } from "../fs/paths.ts";
import { replaceClass, replaceFunction } from "../replace.ts";
import { RECORD_VARIABLE, type Sink } from "./sink.ts";

const load = createRequire(__filename);

/** Workers, native code, WASI, the inspector and native calls: the scopes that are granted or not. */
export function observeEngine(sink: Sink, place?: string): void {
  const workers = load("node:worker_threads") as typeof import("node:worker_threads");
  replaceClass(workers, "Worker", (original) => (args, newTarget) => {
    sink("worker", "worker");
    const options: Record<string, unknown> = { ...(args[1] as object | undefined) };
    const { env } = options;
    // A worker with an environment of its own must still know where to report.
    if (place !== undefined && typeof env === "object" && env !== null && env !== process.env)
      options["env"] = { ...env, [RECORD_VARIABLE]: place };
    return original([args[0], options], newTarget);
  });
  replaceFunction(process, "dlopen", (original) => (self, args) => {
    const path = toAbsolutePath(args[1]);
    if (path !== undefined) sink("addon", path);
    return original(self, args);
  });
  observeIfLoaded("wasi", (module) =>
    replaceClass(module, "WASI", (original) => (args, newTarget) => {
      sink("wasi", "wasi");
      return original(args, newTarget);
    }),
  );
  observeIfLoaded("inspector", (module) => {
    for (const name of ["open", "waitForDebugger"]) observeSwitch(module, name, sink, "inspector");
    replaceClass(module, "Session", (original) => (args, newTarget) => {
      sink("inspector", "inspector");
      return original(args, newTarget);
    });
  });
  observeIfLoaded("ffi", (module) => observeSwitch(module, "dlopen", sink, "ffi"));
}

function observeSwitch(module: object, name: string, sink: Sink, scope: string): void {
  replaceFunction(module, name, (original) => (self, args) => {
    sink(scope, scope);
    return original(self, args);
  });
}

/** Patches a built-in when the program first asks for it: Node warns at the loading of experimental ones. */
function observeIfLoaded(id: string, patch: (module: object) => void): void {
  if (!isBuiltin(`node:${id}`)) return;
  let isDone = false;
  const ensure = (): void => {
    if (isDone) return;
    isDone = true;
    patch(load(`node:${id}`) as object);
  };
  const Module = load("node:module") as object;
  replaceFunction(Module, "_load", (original) => (self, args) => {
    if (args[0] === id || args[0] === `node:${id}`) ensure();
    return original(self, args);
  });
  replaceFunction(process, "getBuiltinModule", (original) => (self, args) => {
    if (args[0] === id || args[0] === `node:${id}`) ensure();
    return original(self, args);
  });
  // An `import` of a built-in is announced on no channel by name; what an ES module gets is patched at the first import.
  const { subscribe } = load("node:diagnostics_channel") as typeof import("node:diagnostics_channel");
  subscribe("tracing:module.import:start", (message) => {
    const asked: unknown = Reflect.get(message as object, "url");
    if (asked === id || asked === `node:${id}`) ensure();
  });
}
