// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, ServerResponse } from "node:http";

/** `fetch(request)`, as in a worker. */
export type FetchFunction = (request: Request) => unknown;
/** `(req, res)`, as for `http.createServer`; an Express application is one too. */
export type NodeFunction = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The shape of an app that does not listen by itself. */
export type Handler =
  | { readonly kind: "fetch"; readonly call: FetchFunction }
  | { readonly kind: "node"; readonly call: NodeFunction };

/**
 * Finds out an app's shape from what it exports.
 *
 * @returns undefined where nothing is exported that could answer a request
 */
export function handlerOf(exports: object): Handler | undefined {
  const main: unknown = Reflect.get(exports, "default");
  // A module that was compiled to CommonJS has its default export one level down.
  return shapeOf(main) ?? (isObject(main) ? shapeOf(Reflect.get(main, "default")) : undefined);
}

function shapeOf(value: unknown): Handler | undefined {
  if (isObject(value)) {
    const fetch: unknown = Reflect.get(value, "fetch");
    if (typeof fetch === "function")
      return { kind: "fetch", call: (request) => Reflect.apply(fetch, value, [request]) };
  }
  if (typeof value !== "function") return undefined;
  // Only the number of its parameters tells `(request)` from `(req, res)`.
  return value.length >= 2
    ? { kind: "node", call: (request, response) => Reflect.apply(value, undefined, [request, response]) }
    : { kind: "fetch", call: (request) => Reflect.apply(value, undefined, [request]) };
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
