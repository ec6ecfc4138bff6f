// SPDX-License-Identifier: Apache-2.0
import { createRequire, isBuiltin, syncBuiltinESMExports } from "node:module";
import type { CellFacts } from "../cell.ts";
import type { FileGuard } from "../fs/guard.ts";
import { withOwnBuiltins } from "../pristine.ts";
import { asOurs } from "./deny.ts";
import { LEADS_TO, PATCHES } from "./table.ts";

/** Patches built-in modules before the program gets hold of them. */
export interface BuiltinPatcher {
  /** Patches what can be reached from one built-in. */
  ensure(id: string): void;
  /** Patches everything, for a program whose imports we do not see one by one. */
  ensureAll(): void;
}

/** Makes a patcher; each module is patched once. */
export function createPatcher(cell: CellFacts, files: FileGuard): BuiltinPatcher {
  const load = createRequire(__filename);
  const done: Record<string, true> = Object.create(null);
  let complete = false;

  function patch(id: string): void {
    if (done[id] === true) return;
    done[id] = true;
    // Newer modules exist with the prefix alone; on a Node that has none of it there is nothing to patch.
    const name = `node:${id}`;
    withOwnBuiltins(() => {
      const module = isBuiltin(name) ? loadIfThere(name) : undefined;
      if (module !== undefined) PATCHES.get(id)?.(module, cell, files);
    });
  }

  function loadIfThere(name: string): object | undefined {
    try {
      return asOurs(() => load(name) as object);
    } catch {
      // Some are not to be had in a worker (trace_events). The program gets the same error if it asks for one.
      return undefined;
    }
  }

  function patchAll(): void {
    const { emitWarning } = process;
    // Node warns when an experimental module is loaded. That we load it is no use of it by the program.
    process.emitWarning = () => {};
    try {
      for (const id of PATCHES.keys()) if (!isLeftOut(id)) patch(id);
    } finally {
      process.emitWarning = emitWarning;
    }
    syncBuiltinESMExports();
  }

  function ensureAll(): void {
    if (complete) return;
    complete = true;
    withOwnBuiltins(patchAll);
  }

  return {
    ensureAll,
    // Each `require` of the program's passes here, so only what is not done yet pays for `withOwnBuiltins`.
    ensure(id) {
      const targets = LEADS_TO[id];
      if (targets === undefined || targets.length > 1) ensureAll();
      else if (targets.length === 1) patch(targets[0] ?? id);
    },
  };
}

/** Node 20.5 and later refuse engines themselves, and loading crypto costs more than all the others. */
function isLeftOut(id: string): boolean {
  return id === "crypto" && !process.version.startsWith("v20.");
}
