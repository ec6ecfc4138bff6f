// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import { explainNetworkError } from "../explain.ts";
import { apply, copyArguments, get } from "../pristine.ts";
import { type Callable, replaceFunction } from "../replace.ts";

// What asks for a name; `setServers` and the like ask nobody.
const ASKING = [
  "lookup",
  "resolve",
  "resolve4",
  "resolve6",
  "resolveAny",
  "resolveCaa",
  "resolveCname",
  "resolveMx",
  "resolveNaptr",
  "resolveNs",
  "resolvePtr",
  "resolveSoa",
  "resolveSrv",
  "resolveTlsa",
  "resolveTxt",
];

/** `node:dns`: a name that is not granted does not exist for the broker; the error says which grant is missing. */
export function patchDns(dns: object, cell: CellFacts): void {
  const explaining = (original: Callable): Callable => {
    return (self, args) => {
      const callback = args[args.length - 1];
      if (typeof callback !== "function") return original(self, args);
      const copy = copyArguments(args);
      copy[args.length - 1] = function explained(this: unknown, ...results: unknown[]): unknown {
        explain(cell, results[0]);
        return apply(callback, this, results);
      };
      return original(self, copy);
    };
  };
  replaceAll(dns, explaining);
  patchDnsPromises(get(dns, "promises") as object, cell);
}

let hasPromises = false;

/** The same for `node:dns/promises`, which is `dns.promises`. */
export function patchDnsPromises(promises: object, cell: CellFacts): void {
  if (hasPromises) return;
  hasPromises = true;
  replaceAll(promises, (original) => async (self, args) => {
    try {
      return await original(self, args);
    } catch (error) {
      explain(cell, error);
      throw error;
    }
  });
}

/** The functions of a module, and the methods of its class. */
function replaceAll(module: object, make: (original: Callable) => Callable): void {
  const prototype = get(get(module, "Resolver") as object, "prototype") as object;
  for (const name of ASKING) {
    replaceFunction(module, name, make);
    replaceFunction(prototype, name, make);
  }
}

function explain(cell: CellFacts, error: unknown): void {
  if (error === null || error === undefined) return;
  explainNetworkError(cell.policy, { scope: "net.connect", protocol: "tcp" }, error);
}
