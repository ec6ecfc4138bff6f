// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import { accessDenied, denialOf, neverGranted } from "../denial.ts";
import type { FileGuard } from "../fs/guard.ts";
import { toAbsolutePath } from "../fs/paths.ts";
import { get } from "../pristine.ts";
import { replaceClass } from "../replace.ts";
import { guardFunction, refusalToWrite } from "./process.ts";

const WRITE = { uses: ["write"] } as const;

/** `node:v8`: flags that switch checks off, and files that V8 writes by itself. */
export function patchV8(module: object, _cell: CellFacts, files: FileGuard): void {
  guardFunction(module, "setFlagsFromString", () => {
    return neverGranted("v8.setFlagsFromString()", "flags of the engine can switch its own checks off");
  });
  guardFunction(module, "writeHeapSnapshot", (args) => refusalToWrite(files, args[0]));
  guardFunction(module, "setHeapSnapshotNearHeapLimit", () => refusalToWrite(files, undefined));
}

/** `node:crypto`: an engine is native code. */
export function patchCrypto(module: object, { policy }: CellFacts): void {
  guardFunction(module, "setEngine", (args) => denialOf(policy, { scope: "addon", path: String(args[0]) }));
}

/** `node:trace_events`: traces are written into the working directory. */
export function patchTraceEvents(module: object, _cell: CellFacts, files: FileGuard): void {
  guardFunction(module, "createTracing", () => refusalToWrite(files, undefined));
}

/** `node:module`: the compile cache is written wherever it is told to. */
export function patchModule(module: object, _cell: CellFacts, files: FileGuard): void {
  guardFunction(module, "enableCompileCache", (args) => {
    const options = args[0];
    const directory = typeof options === "object" && options !== null ? get(options, "directory") : options;
    return directory === undefined ? undefined : files.refuse(WRITE, [directory])?.denial;
  });
}

/** `node:inspector`: a session sees and changes everything in the process, our own closures too. */
export function patchInspector(module: object, { policy }: CellFacts): void {
  const refuse = (): ReturnType<typeof denialOf> => denialOf(policy, { scope: "inspector" });
  guardFunction(module, "open", refuse);
  replaceClass(module, "Session", (original, top) => (args, newTarget) => {
    const denial = refuse();
    if (denial !== undefined) throw accessDenied(denial, top);
    return original(args, newTarget);
  });
  const Session: unknown = get(module, "Session");
  const prototype: unknown = typeof Session === "function" ? Session.prototype : undefined;
  if (typeof prototype !== "object" || prototype === null) return;
  for (const name of ["connect", "connectToMainThread"]) guardFunction(prototype, name, refuse);
}

/** `node:wasi`: its own file functions pass Node's permission model by. */
export function patchWasi(module: object, { policy }: CellFacts, files: FileGuard): void {
  replaceClass(module, "WASI", (original, top) => (args, newTarget) => {
    const denial = denialOf(policy, { scope: "wasi" });
    if (denial !== undefined) throw accessDenied(denial, top);
    const options = args[0];
    const preopens = typeof options === "object" && options !== null ? get(options, "preopens") : undefined;
    const copy = typeof preopens === "object" && preopens !== null ? { ...preopens } : undefined;
    for (const path of Object.values(copy ?? {})) {
      const refusal = files.refuse({ uses: ["read"] }, [path]) ?? files.refuse(WRITE, [path]);
      if (refusal !== undefined) throw accessDenied(refusal.denial, top);
    }
    return original(copy === undefined ? args : [{ ...(options as object), preopens: copy }], newTarget);
  });
}

/**
 * `node:ffi`, where it exists: native code by another door, and with `getInt8` and its kin all memory of the process. A
 * library that is named by its path takes a grant of `addon` too; others are those that Node itself has loaded.
 */
export function patchFfi(module: object, { policy }: CellFacts): void {
  const refuse = (args: readonly unknown[]): ReturnType<typeof denialOf> => {
    const path = typeof args[0] === "string" && args[0].includes("/") ? toAbsolutePath(args[0]) : undefined;
    return (
      denialOf(policy, { scope: "ffi" }) ??
      (path === undefined ? undefined : denialOf(policy, { scope: "addon", path }))
    );
  };
  for (const name of Object.keys(module)) {
    if (name === "DynamicLibrary")
      replaceClass(module, name, (original, top) => (args, newTarget) => {
        const denial = refuse(args);
        if (denial !== undefined) throw accessDenied(denial, top);
        return original(args, newTarget);
      });
    else if (name === "dlopen") guardFunction(module, name, refuse);
    else guardFunction(module, name, () => denialOf(policy, { scope: "ffi" }));
  }
}
