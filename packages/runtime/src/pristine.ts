// SPDX-License-Identifier: Apache-2.0
// The program shares its built-ins with us, and may replace any of them before we use it again (attack class 36):
// `String.prototype.startsWith = () => true` would decide for us. So decisions run with the built-ins that the preload
// found when it was loaded, before any line of the program.

export const apply: typeof Reflect.apply = Reflect.apply;
export const construct: typeof Reflect.construct = Reflect.construct;
export const defineProperty: typeof Reflect.defineProperty = Reflect.defineProperty;
export const get: (target: object, key: PropertyKey) => unknown = Reflect.get;
export const getOwnPropertyDescriptor: typeof Reflect.getOwnPropertyDescriptor =
  Reflect.getOwnPropertyDescriptor;
const { deleteProperty, ownKeys } = Reflect;

/**
 * Defines a plain property, whatever the program has put on Object.prototype: a descriptor with a prototype of its own
 * would take `get` from there.
 */
export function defineValue(holder: object, key: PropertyKey, value: unknown, enumerable = true): boolean {
  return defineProperty(holder, key, ownOnly({ value, writable: true, configurable: true, enumerable }));
}

/** A descriptor that inherits nothing. */
export function ownOnly(descriptor: PropertyDescriptor): PropertyDescriptor {
  return { __proto__: null, ...descriptor } as PropertyDescriptor;
}

const { of: arrayOf } = Array;
const OwnArray = Array;

/** A copy that neither a replaced iterator nor a setter on Array.prototype can change on its way. */
export function copyArguments(args: readonly unknown[]): unknown[] {
  return apply(arrayOf, OwnArray, args);
}

const arrayIterator: object = Object.getPrototypeOf([][Symbol.iterator]());
const HOLDERS: readonly object[] = [
  globalThis,
  Array,
  Array.prototype,
  arrayIterator,
  Function.prototype,
  Map.prototype,
  Math,
  Number,
  Object,
  Reflect,
  RegExp.prototype,
  Set.prototype,
  String,
  String.prototype,
];
const GLOBALS = [
  "Array",
  "BigInt",
  "Error",
  "Map",
  "Math",
  "Number",
  "Object",
  "Reflect",
  "RegExp",
  "Set",
  "String",
];

// Taken when the preload is loaded, and gone through when it is first needed: many programs never need it.
const snapshots: readonly (readonly [object, object])[] = HOLDERS.map((holder) => {
  return [holder, holder === globalThis ? globalDescriptors() : Object.getOwnPropertyDescriptors(holder)];
});

// The built-in functions, one in each row. Filled beforehand: to write to a new element is to ask Array.prototype
// whether it has a setter there.
const CAPACITY = 600;
const holders: object[] = Array.from({ length: CAPACITY }, () => globalThis);
const keys: PropertyKey[] = Array.from({ length: CAPACITY }, () => "");
const functions: unknown[] = Array.from({ length: CAPACITY }, () => undefined);
let count = 0;

function globalDescriptors(): object {
  const descriptors: Record<PropertyKey, unknown> = {};
  for (const key of GLOBALS) descriptors[key] = getOwnPropertyDescriptor(globalThis, key);
  return descriptors;
}

function listFunctions(): void {
  for (let at = 0; at < snapshots.length; at++) {
    const holder = snapshots[at]?.[0];
    const descriptors = snapshots[at]?.[1];
    if (holder === undefined || descriptors === undefined) continue;
    const names = ownKeys(descriptors);
    for (let index = 0; index < names.length && count < CAPACITY; index++) {
      const key = names[index] as PropertyKey;
      const { value } = get(descriptors, key) as PropertyDescriptor;
      if (typeof value !== "function") continue;
      holders[count] = holder;
      keys[count] = key;
      functions[count] = value;
      count++;
    }
  }
}

/**
 * Runs `task` with the built-ins as they were when the preload was loaded. What the program has put in their place is
 * back when this returns.
 *
 * @throws whatever `task` throws, and TypeError if the program has nailed a replacement down: then there is no decision
 */
export function withOwnBuiltins<Result>(task: () => Result): Result {
  if (count === 0) listFunctions();
  let replaced = hasElements() ? withoutElements() : undefined;
  // Index loops and a linked list: iterators, push and setters of elements may be the very things that were replaced.
  for (let index = 0; index < count; index++) {
    const holder = holders[index] ?? globalThis;
    const key = keys[index] ?? "";
    if ((holder as Record<PropertyKey, unknown>)[key] === functions[index]) continue;
    replaced = { holder, key, theirs: getOwnPropertyDescriptor(holder, key), next: replaced };
    if (!defineValue(holder, key, functions[index], false)) {
      throw new TypeError("A built-in function was replaced for good, so nothing can be decided any more");
    }
  }
  if (replaced === undefined) return task();
  try {
    return task();
  } finally {
    for (let at: Replaced | undefined = replaced; at !== undefined; at = at.next) {
      if (at.theirs === undefined) deleteProperty(at.holder, at.key);
      else defineProperty(at.holder, at.key, ownOnly(at.theirs));
    }
  }
}

const { prototype: objectPrototype } = Object;
const { prototype: arrayPrototype } = Array;

/**
 * Whether an element was put on a prototype of all arrays. `push` asks for a setter there, so that the harness would
 * lose a part of a path. Array.prototype is an array itself, and as long as its last element; of other objects the
 * elements are the first keys.
 */
function hasElements(): boolean {
  return arrayPrototype.length !== 0 || isElement(ownKeys(objectPrototype)[0]);
}

function isElement(key: PropertyKey | undefined): boolean {
  return typeof key === "string" && key >= "0" && key < ":";
}

/** Takes them away, until the decision is made. */
function withoutElements(): Replaced | undefined {
  let taken: Replaced | undefined;
  for (let holder: object = arrayPrototype; ; holder = objectPrototype) {
    const found = ownKeys(holder);
    for (let index = 0; index < found.length; index++) {
      const key = found[index] ?? "";
      if (!isElement(key)) break;
      taken = { holder, key, theirs: getOwnPropertyDescriptor(holder, key), next: taken };
      if (!deleteProperty(holder, key)) {
        throw new TypeError("An element of all arrays was set for good, so nothing can be decided any more");
      }
    }
    if (holder === objectPrototype) return taken;
  }
}

interface Replaced {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly theirs: PropertyDescriptor | undefined;
  readonly next: Replaced | undefined;
}
