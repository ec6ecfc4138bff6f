// SPDX-License-Identifier: Apache-2.0
import type { Plan } from "@cordon/walls";
import type { StatusEvent } from "./status-line.ts";

/** What a cell uses of that which no cgroup counts. */
export interface RateUse {
  /** Descriptors of the process that has the most of them open. */
  readonly openFiles: number;
  /** Bytes and files in the private /tmp. */
  readonly scratch: number;
  readonly scratchFiles: number;
  /** Bytes of standard output and standard error so far; counted where `limits.output` is set. */
  readonly output?: number;
  /** Connections of the broker's that are open; counted where `limits.connections` is set. */
  readonly connections?: number;
}

type Told = Extract<StatusEvent, { event: "rates" }>;

const DEADLINE = 2000;

/** Asks the supervisor for it. */
export class Rates {
  readonly #ask: (id: number) => boolean;
  readonly #rates: Plan["rates"];
  readonly #waiting = new Map<number, PromiseWithResolvers<RateUse>>();
  #lastId = 0;
  #last: RateUse = Object.freeze({ openFiles: 0, scratch: 0, scratchFiles: 0 });

  /** @param ask sends the question; false if there is nobody left to ask */
  constructor(rates: Plan["rates"], ask: (id: number) => boolean) {
    this.#rates = rates;
    this.#ask = ask;
  }

  /** What is used now; once the cell is gone, what was last heard of it. */
  async read(): Promise<RateUse> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<RateUse>();
    this.#waiting.set(id, answer);
    if (!this.#ask(id)) answer.resolve(this.#last);
    const deadline = setTimeout(() => answer.resolve(this.#last), DEADLINE);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(deadline);
      this.#waiting.delete(id);
    }
  }

  take({ id, openFiles, scratch, scratchFiles, output, connections }: Told): void {
    this.#last = {
      openFiles,
      scratch,
      scratchFiles,
      ...(this.#rates.output === null ? {} : { output }),
      ...(this.#rates.connections === null ? {} : { connections }),
    };
    this.#waiting.get(id)?.resolve(this.#last);
  }

  /** The cell is gone: nothing more will come. */
  close(): void {
    for (const { resolve } of this.#waiting.values()) resolve(this.#last);
  }
}
