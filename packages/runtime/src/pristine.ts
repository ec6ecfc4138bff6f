// SPDX-License-Identifier: Apache-2.0
// The program shares its built-ins with us, and may replace any of them before we use it again (attack class 36):
// `String.prototype.startsWith = () => true` would decide for us. So decisions run with the built-ins that the preload
// found when it was loaded, before any line of the program.

export const apply: typeof Reflect.apply = Reflect.apply;
export const construct: typeof Reflect.construct = Reflect.construct;
export const defineProperty: typeof Reflect.defineProperty = Reflect.defineProperty;
export const get: (target: object, key: PropertyKey) => unknown = Reflect.get;
export const getOwnPropertyDescriptor: typeof Reflect.getOwnPropertyDescriptor = Reflect.getOwnPropertyDescriptor;
const { ownKeys } = Reflect;

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
const GLOBALS: ReadonlySet<PropertyKey> = new Set([
  ...["Array", "BigInt", "Error", "Map", "Math", "Number", "Object", "Reflect", "RegExp", "Set", "String", "Symbol"],
]);

interface Original {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
}

// Taken when the preload is loaded, and turned into a list when it is first needed: most programs never need it.
const snapshots: readonly (readonly [object, object])[] = HOLDERS.map((holder) => {
  return [holder, holder === globalThis ? globalDescriptors() : Object.getOwnPropertyDescriptors(holder)];
});
let originals: readonly Original[] | undefined;

function globalDescriptors(): object {
  const descriptors: Record<PropertyKey, unknown> = {};
  for (const key of GLOBALS) descriptors[key] = getOwnPropertyDescriptor(globalThis, key);
  return descriptors;
}

function listOriginals(): readonly Original[] {
  const list: Original[] = [];
  for (let at = 0; at < snapshots.length; at++) {
    const [holder, descriptors] = snapshots[at] as readonly [object, object];
    const keys = ownKeys(descriptors);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as PropertyKey;
      const descriptor = get(descriptors, key) as PropertyDescriptor;
      if (typeof descriptor.value === "function") {
        defineValue(list, list.length, { holder, key, descriptor: ownOnly(descriptor) });
      }
    }
  }
  return list;
}

/**
 * Runs `task` with the built-ins as they were when the preload was loaded. What the program has put in their place is
 * back when this returns.
 *
 * @throws whatever `task` throws, and TypeError if the program has nailed a replacement down: then there is no decision
 */
export function withOwnBuiltins<Result>(task: () => Result): Result {
  originals ??= listOriginals();
  let replaced: Original[] | undefined;
  // Index loops and element assignment: iterators and push may be the very things that were replaced.
  for (let index = 0; index < originals.length; index++) {
    const original = originals[index] as Original;
    if (get(original.holder, original.key) === original.descriptor.value) continue;
    replaced ??= [];
    const theirs = getOwnPropertyDescriptor(original.holder, original.key);
    defineValue(replaced, replaced.length, {
      holder: original.holder,
      key: original.key,
      descriptor: theirs === undefined ? undefined : ownOnly(theirs),
    });
    if (!defineProperty(original.holder, original.key, original.descriptor)) {
      throw new TypeError("A built-in function was replaced for good, so nothing can be decided any more");
    }
  }
  if (replaced === undefined) return task();
  try {
    return task();
  } finally {
    for (let index = 0; index < replaced.length; index++) {
      const theirs = replaced[index] as { holder: object; key: PropertyKey; descriptor?: PropertyDescriptor };
      if (theirs.descriptor === undefined) Reflect.deleteProperty(theirs.holder, theirs.key);
      else defineProperty(theirs.holder, theirs.key, theirs.descriptor);
    }
  }
}
