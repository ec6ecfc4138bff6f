// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import { defineValue } from "../pristine.ts";
import { createDrop, forgetVariables } from "./drop.ts";
import { createHas } from "./has.ts";
import { nodePermission } from "./node.ts";

/**
 * `process.permission` with Node's two functions, and `process.policy` with the names of the earlier proposal, which
 * mean the same. They are there whether the runtime's wall stands or not: what is given up is held from outside.
 */
export function installPermission(cell: CellFacts): void {
  const has = createHas(cell);
  const drop = createDrop(cell);
  // A worker has a copy of the environment: what another thread gives up goes out of it too.
  cell.live.onNarrowed = (given) => {
    if (given.scope === "env") forgetVariables(given.rule.pattern);
  };
  // Node's own object cannot be replaced, but its functions can.
  const permission = nodePermission ?? {};
  if (nodePermission === undefined) defineValue(process, "permission", permission);
  defineValue(permission, "has", has);
  defineValue(permission, "drop", drop);
  defineValue(process, "policy", {
    check(scope: unknown, reference?: unknown): boolean {
      return each(reference, (one) => has(scope, one));
    },
    deny(scope: unknown, reference?: unknown): void {
      each(reference, (one) => {
        drop(scope, one);
        return true;
      });
    },
  });
}

const { isArray } = Array;

/** The proposal took one reference or a list of them. */
function each(reference: unknown, call: (one: unknown) => boolean): boolean {
  if (!isArray(reference)) return call(reference);
  let all = true;
  for (let index = 0; index < reference.length; index++) all = call(reference[index]) && all;
  return all;
}
