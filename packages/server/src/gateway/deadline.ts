// SPDX-License-Identifier: Apache-2.0

/** Calls back once when nothing has happened for a while. */
export class Deadline {
  readonly #late: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param milliseconds how long nothing may happen */
  constructor(milliseconds: number, late: () => void) {
    this.#late = late;
    this.#timer = setTimeout(late, milliseconds);
  }

  /** Something has happened: the time starts again. */
  push(): void {
    this.#timer?.refresh();
  }

  /** From now on another time holds. */
  stretch(milliseconds: number): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#late, milliseconds);
  }

  /** It is over; a late event does not bring it back. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
