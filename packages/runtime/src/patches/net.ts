// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "../cell.ts";
import { accessDenied, denialOf, type ToldDenial } from "../denial.ts";
import { explainNetworkError } from "../explain.ts";
import { toAbsolutePath } from "../fs/paths.ts";
import { types } from "node:util";
import {
  apply,
  copyArguments,
  defineValue,
  get,
  getOwnPropertyDescriptor,
  withOwnBuiltins,
} from "../pristine.ts";
import { type AnyFunction, type Callable, observeCalls, replaceFunction } from "../replace.ts";

/** `node:net`: unix sockets need a grant, which Node has no flag for; errors of the broker say which grant is missing. */
export function patchNet(net: object, cell: CellFacts): void {
  const socket = prototypeOf(net, "Socket");
  const server = prototypeOf(net, "Server");
  const listening = { scope: "net.listen", protocol: "tcp" } as const;
  // Where each socket was last told to connect to, for its errors.
  const attempts = new WeakMap<object, readonly unknown[]>();
  const destroy = get(socket, "destroy") as (error: Error) => unknown;
  const guarded = (original: Callable, top: AnyFunction): Callable => {
    return (self, args) => {
      const safe = copyArguments(args);
      safe[0] = pinPath(safe[0]);
      refuseUnixPath(cell, safe[0], top);
      try {
        return original(self, safe);
      } catch (error) {
        // From 25 on Node refuses to listen at once; to connect, by the event.
        explainNetworkError(cell.policy, listening, error);
        throw error;
      }
    };
  };
  replaceFunction(socket, "connect", (original, top) => {
    const connect = guarded(original, top);
    return (self, args) => {
      const safe = copyArguments(args);
      safe[0] = pinPath(safe[0]);
      const denial = unixDenial(cell, safe[0]);
      if (typeof self === "object" && self !== null) apply(weakSet, attempts, [self, safe]);
      if (denial === undefined) return connect(self, safe);
      // As Node does: the socket fails, and whoever listens for that hears it.
      apply(destroy, self, [accessDenied(denial, top)]);
      return self;
    };
  });
  replaceFunction(server, "listen", guarded);
  replaceFunction(net, "_createServerHandle", (original, top) => (self, args) => {
    // (path, -1, -1) makes the handle of a unix socket.
    if (args[1] === -1 || args[2] === -1) refuseUnixPath(cell, { path: args[0] }, top);
    return original(self, args);
  });
  // All of a socket's errors end in `destroy`.
  replaceFunction(socket, "destroy", (original) => (self, args) => {
    if (args[0] === undefined || args[0] === null) return original(self, args);
    const target = targetOf(apply(weakGet, attempts, [self]));
    const use = { scope: "net.connect", protocol: "tcp" } as const;
    explainNetworkError(cell.policy, target === undefined ? use : { ...use, target }, args[0]);
    return original(self, args);
  });
  explainEmitted(server, (error) => {
    explainNetworkError(cell.policy, listening, error);
  });
}

/** `node:dgram`: errors of binding, connecting and sending. */
export function patchDgram(dgram: object, cell: CellFacts): void {
  const socket = prototypeOf(dgram, "Socket");
  const explain = (error: unknown): void => {
    explainNetworkError(cell.policy, { scope: "net.connect", protocol: "udp" }, error);
  };
  explainEmitted(socket, explain);
  for (const name of ["send", "connect"]) {
    replaceFunction(socket, name, (original) => (self, args) => {
      const callback = args[args.length - 1];
      if (typeof callback !== "function") return original(self, args);
      const copy = copyArguments(args);
      copy[args.length - 1] = function explaining(this: unknown, ...results: unknown[]): unknown {
        explain(results[0]);
        return apply(callback, this, results);
      };
      return original(self, copy);
    });
  }
}

/** Looks at each "error" event before its listeners do. */
export function explainEmitted(prototype: object, explain: (error: unknown, emitter: unknown) => void): void {
  observeCalls(prototype, "emit", (args, self) => {
    if (args[0] === "error") explain(args[1], self);
  });
}

function prototypeOf(holder: object, name: string): object {
  return get(get(holder, name) as object, "prototype") as object;
}

function refuseUnixPath(cell: CellFacts, argument: unknown, top: AnyFunction): void {
  const denial = unixDenial(cell, argument);
  if (denial !== undefined) throw accessDenied(denial, top);
}

function unixDenial(cell: CellFacts, argument: unknown): ToldDenial | undefined {
  return withOwnBuiltins(() => {
    const path = unixPath(argument);
    if (path === undefined) return undefined;
    // An abstract name, which begins with a zero byte, is no path.
    const resolved = path.startsWith("\0") ? path : toAbsolutePath(path);
    return denialOf(cell.policy, { scope: "net.unix", path: resolved ?? path });
  });
}

/** What `net` takes for a path: a string that is no number, `{ path }`, or the list that `net.connect` made of these. */
function unixPath(argument: unknown): string | undefined {
  if (typeof argument === "string") return Number(argument) >= 0 ? undefined : argument;
  if (typeof argument !== "object" || argument === null) return undefined;
  if (Array.isArray(argument)) return unixPath(argument[0]);
  const path = get(argument, "path");
  return typeof path === "string" ? path : undefined;
}

const { get: weakGet, set: weakSet } = WeakMap.prototype;

/** Host and port among what `connect` was called with: options, the list that `net.connect` made of them, or (port, host). */
function targetOf(args: unknown): { readonly host: string; readonly port: number } | undefined {
  return withOwnBuiltins(() => {
    if (!Array.isArray(args)) return undefined;
    const [first]: unknown[] = Array.isArray(args[0]) ? args[0] : args;
    const isOptions = typeof first === "object" && first !== null;
    const host: unknown = isOptions ? get(first, "host") : args[1];
    const port = Number(isOptions ? get(first, "port") : first);
    return typeof host === "string" && port > 0 ? { host, port } : undefined;
  });
}

const { isProxy } = types;
const { isArray } = Array;
const { create, getPrototypeOf } = Object;

/**
 * `net` reads the options more than once, and a getter could name a path to it and none to us. So a `path` that is not
 * plain data is read once, and put before the options that it came from.
 */
function pinPath(argument: unknown): unknown {
  if (typeof argument !== "object" || argument === null) return argument;
  if (isArray(argument)) {
    defineValue(argument, 0, pinPath(argument[0]));
    return argument;
  }
  if (isPlainPath(argument)) return argument;
  const pinned: object = create(argument);
  defineValue(pinned, "path", get(argument, "path"));
  return pinned;
}

function isPlainPath(options: object): boolean {
  for (let at: object | null = options; at !== null; at = getPrototypeOf(at)) {
    if (isProxy(at)) return false;
    const descriptor = getOwnPropertyDescriptor(at, "path");
    if (descriptor !== undefined) return descriptor.get === undefined;
  }
  return true;
}
