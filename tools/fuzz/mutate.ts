// SPDX-License-Identifier: Apache-2.0

/** Numbers that look random and are the same each time. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 on, below `limit` (mulberry32). */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return limit > 0 ? ((mixed ^ (mixed >>> 14)) >>> 0) % limit : 0;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("Expected something to choose from");
    return item;
  }
}

const MOST = 1 << 16;

function splice(input: Buffer, at: number, gone: number, put: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), put, input.subarray(at + gone)]).subarray(0, MOST);
}

/** The input with one thing changed. */
export function mutate(
  input: Buffer,
  others: readonly Buffer[],
  tokens: readonly Buffer[],
  chance: Chance,
): Buffer {
  const at = chance.below(input.length + 1);
  const length = 1 + chance.below(16);
  switch (chance.below(9)) {
    case 0:
      return splice(input, at, 1, Buffer.of(chance.below(256)));
    case 1:
      return splice(input, at, 0, Buffer.of(chance.below(256)));
    case 2:
      return splice(input, at, length, Buffer.alloc(0));
    case 3:
      return splice(input, at, 0, chance.of(tokens));
    case 4:
      return splice(input, at, length, chance.of(tokens));
    case 5: {
      // A piece of another one.
      const other = chance.of(others);
      const from = chance.below(other.length);
      return splice(input, at, chance.below(2) * length, other.subarray(from, from + 1 + chance.below(64)));
    }
    case 6: {
      // A piece of its own, again and again.
      const piece = input.subarray(at, at + length);
      const times = 1 + chance.below(chance.below(8) === 0 ? 1024 : 4);
      return splice(input, at, 0, Buffer.concat(Array.from({ length: times }, () => piece)));
    }
    case 7:
      return chance.below(8) === 0 ? input.subarray(0, at) : splice(input, at, 0, Buffer.from("\n"));
    default: {
      // A number in it becomes another.
      const numbers = ["0", "-1", "1e999", "9007199254740993", "4294967296", "0.5"];
      const match = /\d+/g;
      match.lastIndex = at;
      const found = match.exec(input.toString("latin1"));
      if (found === null) return splice(input, at, 0, chance.of(tokens));
      return splice(input, found.index, found[0].length, Buffer.from(chance.of(numbers)));
    }
  }
}
