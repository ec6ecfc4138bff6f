// SPDX-License-Identifier: Apache-2.0
import type { StatusEvent } from "./status-line.ts";

/** What a cell has done with one destination, or with all. */
export interface Counts {
  /** Connections that were granted, whether they came about or not. */
  readonly connections: number;
  readonly refusals: number;
  /** Bytes to there. Of UDP: those of `sendto`, `sendmsg` and `sendmmsg`, as Node sends; `send` and `write` are not seen. */
  readonly sent: number;
  /**
   * Bytes from there, as the kernel counts them: the end of a connection, if it comes from there, is one more. Of UDP they
   * are not known, and 0.
   */
  readonly received: number;
}

/** What a cell has done with one destination. */
export interface DestinationUse extends Counts {
  /** `tcp://example.com:443`, or the address where no name led to it. It comes from inside the cell. */
  readonly resource: string;
}

/** What a cell has used of the network so far. What others connect to the cell for is not in it. */
export interface NetworkUse extends Counts {
  /** By destination: the first 64. */
  readonly destinations: readonly DestinationUse[];
  /**
   * TCP connections whose bytes are not known, or not to the end: all of them without `countsBytes`, and
   * with it those of too many at once, or of a kernel that does not tell.
   */
  readonly unmetered: number;
}

type Counted = Extract<StatusEvent, { event: "traffic" | "counted" }>;

const NOTHING: NetworkUse = Object.freeze({
  connections: 0,
  refusals: 0,
  sent: 0,
  received: 0,
  unmetered: 0,
  destinations: [],
});
const DEADLINE = 2000;

/** Asks the supervisor what the broker has counted. */
export class Traffic {
  #asked = new Map<number, { found: DestinationUse[]; answer: PromiseWithResolvers<NetworkUse> }>();
  #lastId = 0;
  #last = NOTHING;
  #ask: (id: number) => boolean;

  /** @param ask sends the question; false if there is nobody left to ask */
  constructor(ask: (id: number) => boolean) {
    this.#ask = ask;
  }

  /** What was counted; once the cell is gone, what was last heard of it. */
  async read(): Promise<NetworkUse> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<NetworkUse>();
    this.#asked.set(id, { found: [], answer });
    if (!this.#ask(id)) answer.resolve(this.#last);
    const deadline = setTimeout(() => answer.resolve(this.#last), DEADLINE);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(deadline);
      this.#asked.delete(id);
    }
  }

  take(event: Counted): void {
    const asked = this.#asked.get(event.id);
    if (asked === undefined) return;
    const { connections, refusals, sent, received } = event;
    const counts = { connections, refusals, sent, received };
    if (event.event === "traffic") {
      asked.found.push({ resource: event.resource, ...counts });
      return;
    }
    this.#last = { ...counts, unmetered: event.unmetered, destinations: asked.found };
    asked.answer.resolve(this.#last);
  }

  /** The cell is gone: nothing more will come. */
  close(): void {
    for (const { answer } of this.#asked.values()) answer.resolve(this.#last);
  }
}
