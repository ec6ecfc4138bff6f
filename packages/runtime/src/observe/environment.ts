// SPDX-License-Identifier: Apache-2.0
import type { Sink } from "./sink.ts";

/** Of a walk through all variables that reads this share, the program has copied the environment and used none of it. */
const COPIED = 0.9;

/** A walk through the keys, and the variables that were read on it so far, in their order. */
interface Walk {
  readonly keys: readonly string[];
  readonly read: Set<string>;
  at: number;
}

/** Runs a task that reads the environment without its being told. */
export type Quietly = <Result>(task: () => Result) => Result;

/**
 * Puts a proxy in the place of `process.env` that tells which variables are read. One that is not set is no use: it reads
 * `undefined` without a grant too. To copy all of it (`{...process.env}`) is no use of any.
 *
 * @param hidden variables that are not the program's
 * @returns what Node itself reads for the program is read quietly
 */
export function observeEnvironment(sink: Sink, hidden: readonly string[]): Quietly {
  const real = process.env;
  let walk: Walk | undefined;
  let isQuiet = false;

  const isHidden = (key: PropertyKey): boolean => typeof key === "string" && hidden.includes(key);
  function settle(): void {
    if (walk === undefined) return;
    const { keys, read } = walk;
    walk = undefined;
    if (read.size > 0 && read.size >= keys.length * COPIED) sink("copied", "env");
    else for (const key of read) sink("env", key);
  }
  /** Whether a key comes at its turn in a walk that is under way. */
  function comesByWalk(key: string): boolean {
    const at = walk === undefined ? -1 : walk.keys.indexOf(key, walk.at);
    if (walk === undefined || at < 0) return false;
    walk.at = at;
    return true;
  }
  function use(key: PropertyKey): void {
    if (isQuiet || typeof key !== "string" || real[key] === undefined) return;
    if (comesByWalk(key)) walk?.read.add(key);
    else sink("env", key);
  }

  process.env = new Proxy(real, {
    get(_, key) {
      if (isHidden(key)) return undefined;
      use(key);
      return Reflect.get(real, key) as unknown;
    },
    has(_, key) {
      if (isHidden(key)) return false;
      use(key);
      return Reflect.has(real, key);
    },
    // Without it a variable that exists would be defined anew with a value alone, which process.env refuses.
    set(_, key, value) {
      return Reflect.set(real, key, value);
    },
    getOwnPropertyDescriptor(_, key) {
      if (isHidden(key)) return undefined;
      if (typeof key !== "string" || !comesByWalk(key)) use(key);
      return Reflect.getOwnPropertyDescriptor(real, key);
    },
    ownKeys() {
      if (!isQuiet) settle();
      const keys = Reflect.ownKeys(real).filter((key) => !isHidden(key));
      if (isQuiet) return keys;
      walk = { keys: keys.filter((key) => typeof key === "string"), read: new Set(), at: 0 };
      queueMicrotask(settle);
      return keys;
    },
  });
  process.on("exit", settle);
  return (task) => {
    const before = isQuiet;
    isQuiet = true;
    try {
      return task();
    } finally {
      isQuiet = before;
    }
  };
}
