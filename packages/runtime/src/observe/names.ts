// SPDX-License-Identifier: Apache-2.0
import dns from "node:dns";
import { copyArguments } from "../pristine.ts";
import { replaceFunction } from "../replace.ts";
import type { Sink } from "./sink.ts";

/** `dns.lookup`: which name an address came from. Questions to name servers are seen by the kernel's side. */
export function observeNames(sink: Sink): void {
  const tell = (host: unknown, found: unknown): void => {
    for (const each of Array.isArray(found) ? (found as unknown[]) : [found]) {
      const address: unknown =
        typeof each === "object" && each !== null ? Reflect.get(each, "address") : each;
      if (typeof host === "string" && typeof address === "string" && host !== address)
        sink("name", `${host} ${address}`);
    }
  };
  replaceFunction(dns, "lookup", (original) => (self, args) => {
    const copy = copyArguments(args);
    const callback = copy.at(-1);
    if (typeof callback === "function") {
      copy[copy.length - 1] = function telling(this: unknown, ...results: unknown[]): unknown {
        if (results[0] === null || results[0] === undefined) tell(args[0], results[1]);
        return Reflect.apply(callback, this, results);
      };
    }
    return original(self, copy);
  });
  replaceFunction(dns.promises, "lookup", (original) => async (self, args) => {
    const found = await original(self, args);
    tell(args[0], found);
    return found;
  });
}
