// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import type { CellFacts } from "../cell.ts";
import { explainNodeRefusal } from "../explain.ts";
import { absentModule, explainMissingModule, makeAbsent } from "../loader.ts";
import { neutralReport } from "../patches/os.ts";
import {
  apply,
  defineProperty,
  get,
  getOwnPropertyDescriptor,
  ownOnly,
  withOwnBuiltins,
} from "../pristine.ts";
import { observeCalls, replaceFunction } from "../replace.ts";
import type { BuiltinPatcher } from "./patcher.ts";

/** Arranges that a built-in is patched by the time that the program gets it, whichever way it asks. */
export function watchBuiltins(cell: CellFacts, patcher: BuiltinPatcher): void {
  const { ensure } = patcher;
  watchRequire(cell, patcher);
  watchImport(cell, patcher);

  replaceFunction(process, "getBuiltinModule", (original) => (self, args) => {
    if (typeof args[0] === "string") ensure(args[0]);
    return original(self, args);
  });
  // A report says of the machine what `node:os` does.
  const report: unknown = get(process, "report");
  if (typeof report === "object" && report !== null) {
    replaceFunction(report, "getReport", (original) => (self, args) => {
      ensure("os");
      const os = require("node:os") as typeof import("node:os");
      const given = original(self, args);
      return withOwnBuiltins(() => neutralReport(given, os));
    });
  }
  // `fetch` brings net with it, and so do standard streams that are pipes.
  replaceFunction(globalThis, "fetch", (original) => (self, args) => {
    ensure("net");
    return original(self, args);
  });
  for (const name of ["stdin", "stdout", "stderr"]) {
    onGet(process, name, (stream) => {
      if (typeof stream === "object" && stream !== null && "connect" in stream) ensure("net");
    });
  }
}

function watchRequire(cell: CellFacts, { ensure, ensureAll }: BuiltinPatcher): void {
  const Module: object = require("node:module");
  // Not by a channel: an error that passes one is thrown again there, and shown with Node's line for the program's.
  observeCalls(Module, "_load", (args) => {
    const id = args[0];
    const parent = args[1];
    if (typeof id !== "string") return;
    if (isBuiltin(id)) ensure(id);
    // A second file of the program's may be an ES module, whose imports we are not told of.
    else if (parent !== null && parent !== undefined) ensureAll();
  });
  replaceFunction(Module, "_resolveFilename", (original) => (self, args) => {
    try {
      return original(self, args);
    } catch (error) {
      const parent = args[1];
      const file = typeof parent === "object" && parent !== null ? get(parent, "filename") : undefined;
      const absent = absentModule(cell, error, args[0]);
      if (absent !== undefined) throw absent;
      explainNodeRefusal(cell.policy, error);
      explainMissingModule(cell, error, args[0], file);
      throw error;
    }
  });
}

function watchImport(cell: CellFacts, patcher: BuiltinPatcher): void {
  if (!announcesImport()) {
    if (mayImport(process.argv[1])) patcher.ensureAll();
    return;
  }
  const { subscribe } = require("node:diagnostics_channel") as typeof import("node:diagnostics_channel");
  subscribe("tracing:module.import:start", patcher.ensureAll);
  subscribe("tracing:module.import:error", (message) => {
    const error = get(message as object, "error");
    makeAbsent(cell, error);
    explainNodeRefusal(cell.policy, error);
    explainMissingModule(cell, error);
  });
}

/** Since 22.4 Node says on a channel that something is to be imported. */
function announcesImport(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

/** Whether a program could import anything without loading a second file first. When in doubt, it could. */
function mayImport(program: string | undefined): boolean {
  if (program === undefined || !/\.c?js$/.test(program)) return true;
  try {
    return /\b(import|export)\b/.test(readFileSync(program, "utf8"));
  } catch {
    // Node itself will say what is wrong with it.
    return true;
  }
}

/** Looks at what a lazy property of Node's gives, each time before the program gets it. */
export function onGet(holder: object, name: string, look: (value: unknown) => void): void {
  const descriptor = getOwnPropertyDescriptor(holder, name);
  const original = descriptor?.get;
  if (descriptor === undefined || original === undefined) return;
  const get = function (this: unknown): unknown {
    const value: unknown = apply(original, this, []);
    look(value);
    return value;
  };
  defineProperty(holder, name, ownOnly({ ...descriptor, get }));
}
