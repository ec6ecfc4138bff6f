// SPDX-License-Identifier: Apache-2.0
import type { StatusEvent } from "./status-line.ts";

/** What the broker has done for one destination. */
export interface DestinationUse {
  /** `tcp://example.com:443`, or the address where no name led to it. It comes from inside the cell. */
  readonly resource: string;
  /** Connections that were granted, whether they came about or not. */
  readonly connections: number;
  readonly refusals: number;
}

/** What a cell has used of the network so far. */
export interface NetworkUse {
  /** Altogether. */
  readonly connections: number;
  readonly refusals: number;
  /** By destination: the first 64. */
  readonly destinations: readonly DestinationUse[];
}

type Counted = Extract<StatusEvent, { event: "traffic" | "counted" }>;

const NOTHING: NetworkUse = Object.freeze({ connections: 0, refusals: 0, destinations: [] });
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
    const { connections, refusals } = event;
    if (event.event === "traffic") {
      asked.found.push({ resource: event.resource, connections, refusals });
      return;
    }
    this.#last = { connections, refusals, destinations: asked.found };
    asked.answer.resolve(this.#last);
  }

  /** The cell is gone: nothing more will come. */
  close(): void {
    for (const { answer } of this.#asked.values()) answer.resolve(this.#last);
  }
}
