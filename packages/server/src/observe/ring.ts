// SPDX-License-Identifier: Apache-2.0

/** The newest items up to a total weight; what is older falls out and is counted. */
export class Ring<T> {
  readonly #most: number;
  readonly #weigh: (item: T) => number;
  readonly #items: (T | undefined)[] = [];
  #start = 0;
  #weight = 0;
  #dropped = 0;

  constructor(most: number, weigh: (item: T) => number) {
    this.#most = most;
    this.#weigh = weigh;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#weight += this.#weigh(item);
    while (this.#weight > this.#most && this.#start < this.#items.length - 1) this.#dropOldest();
    // Cut only when half is empty: to shift an array for each line would cost its length each time.
    if (this.#start > 64 && this.#start * 2 > this.#items.length) {
      this.#items.splice(0, this.#start);
      this.#start = 0;
    }
  }

  /** The items that are kept, oldest first. */
  items(): readonly T[] {
    return this.#items.slice(this.#start).filter((item) => item !== undefined);
  }

  last(): T | undefined {
    return this.#items.at(-1);
  }

  /** How many have fallen out. */
  get dropped(): number {
    return this.#dropped;
  }

  #dropOldest(): void {
    const oldest = this.#items[this.#start];
    if (oldest !== undefined) this.#weight -= this.#weigh(oldest);
    this.#items[this.#start] = undefined;
    this.#start += 1;
    this.#dropped += 1;
  }
}
