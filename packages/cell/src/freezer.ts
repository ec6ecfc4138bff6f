// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";
import type { StatusEvent } from "./status-line.ts";

type Answer = Extract<StatusEvent, { event: "frozen" }>;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (cause: CordonError) => void;
}

/** Asks the supervisor to freeze the cell, and to let it go on. */
export class Freezer {
  readonly #ask: (line: string) => boolean;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #isWanted = false;

  /** @param ask sends a command; false where nobody is there to take it */
  constructor(ask: (line: string) => boolean) {
    this.#ask = ask;
  }

  /** Whether it is frozen, or on its way there. */
  get isFrozen(): boolean {
    return this.#isWanted;
  }

  async set(isWanted: boolean): Promise<void> {
    const id = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.set(id, { resolve, reject });
    this.#isWanted = isWanted;
    if (!this.#ask(`${isWanted ? "freeze" : "thaw"} ${id}`)) this.#answer(id, "ESRCH");
    await promise;
  }

  /** @returns whether the cell's state has changed */
  take({ id, frozen, errno }: Answer): void {
    if (errno !== "" && id === this.#next - 1) this.#isWanted = frozen;
    this.#answer(id, errno);
  }

  close(): void {
    for (const id of this.#waiting.keys()) this.#answer(id, "ESRCH");
  }

  #answer(id: number, errno: string): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (errno === "") waiting?.resolve();
    else waiting?.reject(new CordonError("ERR_FREEZE", { problem: problems[errno] ?? errno }, { errno }));
  }
}

const problems: Readonly<Record<string, string>> = {
  ESRCH: "it has ended (ESRCH)",
  EBUSY: "a call of its own is under way that cannot be interrupted (EBUSY)",
  ECANCELED: "it was asked for something else meanwhile (ECANCELED)",
};
