// SPDX-License-Identifier: Apache-2.0
import {
  apply,
  construct,
  defineProperty,
  defineValue,
  get,
  getOwnPropertyDescriptor,
  ownOnly,
} from "./pristine.ts";

const { ownKeys } = Reflect;

export type AnyFunction = (...args: never[]) => unknown;

/** A function with its receiver and its arguments as values. */
export type Callable = (self: unknown, args: readonly unknown[]) => unknown;

/** A constructor with its arguments, and the class that `new` was really used on, as values. */
export type Constructible = (args: readonly unknown[], newTarget: AnyFunction) => object;

/**
 * Replaces a method by one made from it. A proxy stands in its place, so that its name, its length, its own symbols
 * (`util.promisify.custom`) and its properties stay what they were. What this Node has no such method for is left out.
 *
 * @param make gets the original, and the function above which no stack frame is the program's business
 */
export function replaceFunction(
  holder: object,
  name: PropertyKey,
  make: (original: Callable, top: AnyFunction) => Callable,
): void {
  const target: unknown = get(holder, name);
  if (typeof target !== "function") return;
  const trap = (_: unknown, self: unknown, args: unknown[]): unknown => wrapped(self, args);
  const wrapped = make((self, args) => apply(target, self, args), trap);
  // Without a prototype of its own the handler would take traps from an Object.prototype that the program polluted.
  put(holder, name, new Proxy(target, { __proto__: null, apply: trap } as ProxyHandler<typeof target>));
}

/**
 * Looks at each call of a method before it is made. For the few through which whole programs run: one stack frame, and
 * nothing caught.
 */
export function observeCalls(
  holder: object,
  name: string,
  look: (args: readonly unknown[], self: unknown) => void,
): void {
  const target: unknown = get(holder, name);
  if (typeof target !== "function") return;
  const { [name]: observed } = {
    [name](this: unknown, ...args: unknown[]): unknown {
      look(args, this);
      return apply(target, this, args);
    },
  };
  put(holder, name, observed);
}

/** Replaces a class likewise; its prototype's `constructor` too, by which the original could be had back. */
export function replaceClass(
  holder: object,
  name: PropertyKey,
  make: (original: Constructible, top: AnyFunction) => Constructible,
): void {
  const target: unknown = get(holder, name);
  if (typeof target !== "function") return;
  // A function and no proxy: a debugger would show what stands behind a proxy.
  const value = function (this: unknown, ...args: unknown[]): object {
    if (new.target === undefined)
      throw new TypeError(`Class constructor ${String(name)} cannot be invoked without 'new'`);
    return wrapped(args, new.target);
  };
  const wrapped = make((args, newTarget) => construct(target, args, newTarget), value);
  for (const key of ownKeys(target)) {
    const descriptor = getOwnPropertyDescriptor(target, key);
    if (descriptor !== undefined) defineProperty(value, key, ownOnly(descriptor));
  }
  Object.setPrototypeOf(value, Object.getPrototypeOf(target));
  put(holder, name, value);
  const prototype: unknown = target.prototype;
  if (typeof prototype === "object" && prototype !== null) put(prototype, "constructor", value);
}

function put(holder: object, name: PropertyKey, value: unknown): void {
  const own = getOwnPropertyDescriptor(holder, name);
  if (own?.writable === true && Reflect.set(holder, name, value)) return;
  const enumerable = own?.enumerable ?? false;
  defineValue(holder, name, value, enumerable);
}
