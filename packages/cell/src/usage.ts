// SPDX-License-Identifier: Apache-2.0
import type { StatusEvent } from "./status-line.ts";

/** What a cell uses; once it has ended, what it has used. */
export interface Usage {
  /** Bytes. */
  readonly memory: number;
  /** Bytes: the most that it has used so far. */
  readonly peakMemory: number;
  /** Bytes beside the memory. */
  readonly swap: number;
  readonly peakSwap: number;
  /** Processes and threads. */
  readonly processes: number;
  readonly peakProcesses: number;
  /** Milliseconds of processor time of all its processes, so far. */
  readonly cpuTime: number;
  /** The parts of it in the program's own code and in the kernel's. */
  readonly userTime: number;
  readonly systemTime: number;
  /** Milliseconds for which its share of the processors (`limits.cpu`) kept it waiting. */
  readonly throttledTime: number;
}

type Counted = Extract<StatusEvent, { event: "usage" }>;

const nothing: Usage = Object.freeze({
  memory: 0,
  peakMemory: 0,
  swap: 0,
  peakSwap: 0,
  processes: 0,
  peakProcesses: 0,
  cpuTime: 0,
  userTime: 0,
  systemTime: 0,
  throttledTime: 0,
});

/** Asks the supervisor what the cell uses. It counts by the cell's cgroups, or by /proc where there are none. */
export class UsageReader {
  readonly #ask: (id: number) => boolean;
  readonly #waiting = new Map<number, (usage: Usage) => void>();
  #next = 1;
  #last: Usage = nothing;

  /** @param ask sends the question; false where nobody is there to answer */
  constructor(ask: (id: number) => boolean) {
    this.#ask = ask;
  }

  /** What was last said is the answer where the cell has ended. */
  async read(): Promise<Usage> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<Usage>();
    this.#waiting.set(id, resolve);
    if (!this.#ask(id)) this.#answer(id);
    return await promise;
  }

  take({ id, cpu, user, system, throttled, ...counted }: Omit<Counted, "event">): void {
    const milliseconds = (microseconds: number): number => microseconds / 1000;
    this.#last = {
      ...counted,
      cpuTime: milliseconds(cpu),
      userTime: milliseconds(user),
      systemTime: milliseconds(system),
      throttledTime: milliseconds(throttled),
    };
    this.#answer(id);
  }

  close(): void {
    for (const id of this.#waiting.keys()) this.#answer(id);
  }

  #answer(id: number): void {
    this.#waiting.get(id)?.(this.#last);
    this.#waiting.delete(id);
  }
}
