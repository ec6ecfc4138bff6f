// SPDX-License-Identifier: Apache-2.0
import { type Profiler, Session } from "node:inspector";

/** The characters of the modules' texts that have run, a 1 for each. */
export type Ran = Uint8Array;

// One module lies behind the other, and none is longer.
const LONGEST = 1 << 16;

/** Which code of some modules has run, as V8 counts it, block by block. */
export class Coverage implements Disposable {
  readonly #session = new Session();
  readonly #files: readonly string[];

  /** @param files how the modules' addresses end */
  constructor(files: readonly string[]) {
    this.#files = files;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** What has run since this was asked last. It costs a millisecond. */
  take(): Ran {
    const ran = new Uint8Array(this.#files.length * LONGEST);
    // In one thread the answer is there when the call returns.
    this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
      if (error !== null) throw error;
      for (const [index, file] of this.#files.entries()) {
        const scripts = answer.result.filter(({ url }) => url.endsWith(file));
        const ranges = scripts.flatMap(({ functions }) => functions.flatMap((one) => one.ranges));
        paint(ran.subarray(index * LONGEST, (index + 1) * LONGEST), ranges);
      }
    });
    return ran;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }
}

/** Outer ranges come before inner ones, which say it more exactly. */
function paint(into: Ran, ranges: readonly Profiler.CoverageRange[]): void {
  const outerFirst = ranges.toSorted((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of outerFirst)
    into.fill(count > 0 ? 1 : 0, startOffset, endOffset);
}

/** Where something has run that is not known to. */
export function news(ran: Ran, known: Ran): readonly number[] {
  const places: number[] = [];
  for (const [place, value] of ran.entries()) if (value === 1 && known[place] !== 1) places.push(place);
  return places;
}

/** Both together. */
export function union(one: Ran, other: Ran): Ran {
  return one.map((value, place) => (other[place] === 1 ? 1 : value));
}
