// SPDX-License-Identifier: Apache-2.0
import { subscribe } from "node:diagnostics_channel";
import { isBuiltin } from "node:module";
import type { CellFacts } from "../cell.ts";
import { explainNodeRefusal } from "../explain.ts";
import { explainMissingModule } from "../loader.ts";
import { apply, defineProperty, get, getOwnPropertyDescriptor, withOwnBuiltins } from "../pristine.ts";
import { replaceFunction } from "../replace.ts";
import type { BuiltinPatcher } from "./patcher.ts";

/** Arranges that a built-in is patched by the time that the program gets it, whichever way it asks. */
export function watchBuiltins(cell: CellFacts, patcher: BuiltinPatcher): void {
  const ensure = (id: string): void => withOwnBuiltins(() => patcher.ensure(id));
  if (announcesLoading()) watchLoader(cell, patcher, ensure);
  else patcher.ensureAll();

  replaceFunction(process, "getBuiltinModule", (original) => (self, args) => {
    if (typeof args[0] === "string") ensure(args[0]);
    return original(self, args);
  });
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

/** Since 22.4 Node says on a channel what it is about to load; before, one cannot know. */
function announcesLoading(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

function watchLoader(cell: CellFacts, patcher: BuiltinPatcher, ensure: (id: string) => void): void {
  const ensureAll = (): void => withOwnBuiltins(patcher.ensureAll);
  subscribe("tracing:module.require:start", (message) => {
    const id: unknown = get(message as object, "id");
    if (typeof id !== "string") return;
    if (isBuiltin(id)) ensure(id);
    // A second file of the program's may be an ES module, whose imports are not announced.
    else if (get(message as object, "parentFilename") !== undefined) ensureAll();
  });
  subscribe("tracing:module.import:start", ensureAll);
  for (const kind of ["require", "import"]) {
    subscribe(`tracing:module.${kind}:error`, (message) => {
      const error: unknown = get(message as object, "error");
      explainNodeRefusal(cell.policy, error);
      explainMissingModule(cell.policy, error, get(message as object, "id"), get(message as object, "parentFilename"));
    });
  }
}

/** Looks at what a lazy property of Node's gives, each time before the program gets it. */
export function onGet(holder: object, name: string, look: (value: unknown) => void): void {
  const descriptor = getOwnPropertyDescriptor(holder, name);
  const original = descriptor?.get;
  if (descriptor === undefined || original === undefined) return;
  defineProperty(holder, name, {
    ...descriptor,
    get(this: unknown) {
      const value: unknown = apply(original, this, []);
      look(value);
      return value;
    },
  });
}
