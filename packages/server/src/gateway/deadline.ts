// SPDX-License-Identifier: Apache-2.0

/** Calls back when nothing has happened for a while. */
export class Deadline {
  readonly #late: () => void;
  #timer: NodeJS.Timeout;

  /** @param milliseconds how long nothing may happen */
  constructor(milliseconds: number, late: () => void) {
    this.#late = late;
    this.#timer = setTimeout(late, milliseconds);
  }

  /** Something has happened: the time starts again. */
  push(): void {
    this.#timer.refresh();
  }

  /** From now on another time holds. */
  stretch(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#late, milliseconds);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
