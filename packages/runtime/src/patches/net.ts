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
  const isIP = get(net, "isIP") as (host: string) => number;
  const listening = { scope: "net.listen", protocol: "tcp" } as const;
  // Where each socket was last told to connect to, for its errors; those of an address say it themselves.
  const attempts = new WeakMap<object, Endpoint>();
  const destroy = get(socket, "destroy") as (error: Error) => unknown;
  const explained = (original: Callable, self: unknown, args: readonly unknown[]): unknown => {
    try {
      return original(self, args);
    } catch (error) {
      // From 25 on Node refuses to listen at once; to connect, by the event.
      explainNetworkError(cell.policy, listening, error);
      throw error;
    }
  };
  // Each new connection passes here: no built-in is looked for, nothing is decided, unless it is to a path.
  replaceFunction(socket, "connect", (original, top) => (self, given) => {
    const args = pinPath(given);
    const path = unixPath(args[0]);
    if (typeof self === "object" && self !== null) {
      const target = path === undefined ? targetOf(args) : undefined;
      if (target !== undefined && isIP(target.host) === 0) apply(weakSet, attempts, [self, target]);
      else if (apply(weakHas, attempts, [self])) apply(weakDelete, attempts, [self]);
    }
    const denial = path === undefined ? undefined : unixDenial(cell, path);
    if (denial === undefined) return explained(original, self, args);
    // As Node does: the socket fails, and whoever listens for that hears it.
    apply(destroy, self, [accessDenied(denial, top)]);
    return self;
  });
  replaceFunction(server, "listen", (original, top) => (self, given) => {
    const args = pinPath(given);
    refuseUnixPath(cell, unixPath(args[0]), top);
    return explained(original, self, args);
  });
  replaceFunction(net, "_createServerHandle", (original, top) => (self, args) => {
    // (path, -1, -1) makes the handle of a unix socket.
    if (args[1] === -1 || args[2] === -1) refuseUnixPath(cell, pathOf(args[0]), top);
    return original(self, args);
  });
  // All of a socket's errors end in `destroy`.
  replaceFunction(socket, "destroy", (original) => (self, args) => {
    if (args[0] === undefined || args[0] === null) return original(self, args);
    const target = apply(weakGet, attempts, [self]);
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

function refuseUnixPath(cell: CellFacts, path: string | undefined, top: AnyFunction): void {
  const denial = path === undefined ? undefined : unixDenial(cell, path);
  if (denial !== undefined) throw accessDenied(denial, top);
}

function unixDenial(cell: CellFacts, path: string): ToldDenial | undefined {
  return withOwnBuiltins(() => {
    // An abstract name, which begins with a zero byte, is no path.
    const resolved = path.startsWith("\0") ? path : toAbsolutePath(path);
    return denialOf(cell.policy, { scope: "net.unix", path: resolved ?? path });
  });
}

// From here on what the program may have replaced is not used: these run without `withOwnBuiltins`.
const { get: weakGet, set: weakSet, has: weakHas, delete: weakDelete } = WeakMap.prototype;
const { isProxy } = types;
const { isArray } = Array;
const { create, getPrototypeOf } = Object;
const { ownKeys } = Reflect;
const toNumber = Number;

/** What `net` takes for a path: a string that is no number, `{ path }`, or the list that `net.connect` made of these. */
function unixPath(argument: unknown): string | undefined {
  if (typeof argument === "string") return toNumber(argument) >= 0 ? undefined : argument;
  if (typeof argument !== "object" || argument === null) return undefined;
  // A list of the program's own making is options like any other object.
  const inList = isArray(argument) ? unixPath(argument[0]) : undefined;
  return inList ?? pathOf(get(argument, "path"));
}

function pathOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Host and port among what `connect` was called with: options, the list that `net.connect` made of them, or (port, host). */
function targetOf(args: readonly unknown[]): Endpoint | undefined {
  const first: unknown = isArray(args[0]) ? args[0][0] : args[0];
  const isOptions = typeof first === "object" && first !== null;
  const host: unknown = isOptions ? get(first, "host") : args[1];
  if (typeof host !== "string") return undefined;
  const given: unknown = isOptions ? get(first, "port") : first;
  const port = typeof given === "number" || typeof given === "string" ? toNumber(given) : 0;
  return port > 0 ? { host, port } : undefined;
}

/**
 * `net` reads the options more than once, and a getter could name a path to it and none to us. So a `path` that is not
 * plain data is read once, and put before the options that it came from.
 *
 * @param args nobody else's yet, as a call by way of a proxy makes them
 */
function pinPath(args: readonly unknown[]): readonly unknown[] {
  const first = args[0];
  const pinned = pinOptions(isArray(first) ? pinList(first) : first);
  // Without a first argument one could come from Array.prototype.
  if (pinned !== first || args.length === 0) defineValue(args, 0, pinned);
  return args;
}

/** The list has a mark of Node's, by a symbol, without which it would be taken for options. */
function pinList(list: readonly unknown[]): readonly unknown[] {
  const own = isProxy(list) ? undefined : getOwnPropertyDescriptor(list, 0);
  if (own !== undefined && own.get === undefined && pinOptions(own.value) === own.value) return list;
  const pinned = [pinOptions(list[0]), list[1]];
  const keys = ownKeys(list);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index];
    if (typeof key === "symbol") defineValue(pinned, key, get(list, key));
  }
  return pinned;
}

function pinOptions(options: unknown): unknown {
  if (typeof options !== "object" || options === null || isPlainPath(options)) return options;
  const pinned: object = create(options);
  defineValue(pinned, "path", get(options, "path"));
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
