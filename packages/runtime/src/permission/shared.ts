// SPDX-License-Identifier: Apache-2.0
import type { Scope } from "@cordon/policy";

/** One thing that was given up; a reference is absolute and resolved. */
export interface Entry {
  readonly scope: Scope;
  readonly reference: string | undefined;
}

/** What has been given up, for all threads of the process: how often, who is at it, and what, as UTF-16. */
export interface SharedLog {
  readonly memory: SharedArrayBuffer;
  readonly numbers: Int32Array;
  readonly text: Uint16Array;
}

// Places among the numbers.
const COUNT = 0;
const LOCK = 1;
const USED = 2;
const REQUEST = 3;
const HEAD = 16;
const BYTES = 1 << 18;
// As long as the longest drop takes; whoever held the lock longer has been terminated.
const PATIENCE = 10_000;

// As they were before the program could replace them. Elements of typed arrays nobody can.
const { random } = Math;
const { load, store, add, compareExchange, wait, notify } = Atomics;

export function makeLog(): SharedLog {
  const log = openLog(new SharedArrayBuffer(BYTES));
  // Not from one: an answer that is still there for a line that the program wrote itself would be taken for ours.
  store(log.numbers, REQUEST, random() * 0x3fff_ffff);
  return log;
}

export function openLog(memory: SharedArrayBuffer): SharedLog {
  return { memory, numbers: new Int32Array(memory, 0, HEAD / 4), text: new Uint16Array(memory, HEAD) };
}

/** How many entries there are. Asked at every decision. */
export function sharedCount(log: SharedLog): number {
  return load(log.numbers, COUNT);
}

/** A number that no other request of this process has. */
export function nextRequest(log: SharedLog): number {
  return (add(log.numbers, REQUEST, 1) & 0x3fff_ffff) + 1;
}

/** Runs `task` while no other thread is at it. */
export function exclusively<Result>(log: SharedLog, task: () => Result): Result {
  while (compareExchange(log.numbers, LOCK, 0, 1) !== 0) {
    if (wait(log.numbers, LOCK, 1, PATIENCE) === "timed-out") break;
  }
  try {
    return task();
  } finally {
    store(log.numbers, LOCK, 0);
    notify(log.numbers, LOCK);
  }
}

/** Whether there is room for one more. */
export function hasRoom(log: SharedLog, { scope, reference = "" }: Entry): boolean {
  return load(log.numbers, USED) + scope.length + reference.length + 2 <= log.text.length;
}

/** Adds an entry; with the lock held. The count comes last: who sees it sees the entry. */
export function addEntry(log: SharedLog, { scope, reference }: Entry): void {
  let at = load(log.numbers, USED);
  at = write(log.text, at, scope, 0);
  at = write(log.text, at, reference ?? "", reference === undefined ? 0 : 1);
  store(log.numbers, USED, at);
  add(log.numbers, COUNT, 1);
}

/** The entries after the first `from`. */
export function readEntries(log: SharedLog, from: number): Entry[] {
  const count = load(log.numbers, COUNT);
  const entries: Entry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const scopeLength = log.text[at] ?? 0;
    const scope = read(log.text, at + 1, scopeLength);
    at += 1 + scopeLength;
    // One more than its length, so that an empty one is not an absent one.
    const length = log.text[at] ?? 0;
    const reference = length === 0 ? undefined : read(log.text, at + 1, length - 1);
    at += 1 + (length === 0 ? 0 : length - 1);
    if (index >= from) entries[entries.length] = { scope: scope as Scope, reference };
  }
  return entries;
}

function write(text: Uint16Array, at: number, word: string, extra: number): number {
  text[at] = word.length + extra;
  for (let index = 0; index < word.length; index++) text[at + 1 + index] = word.charCodeAt(index);
  return at + 1 + word.length;
}

function read(text: Uint16Array, at: number, length: number): string {
  let word = "";
  for (let index = 0; index < length; index++) word += String.fromCharCode(text[at + index] ?? 0);
  return word;
}
