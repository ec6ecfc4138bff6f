// SPDX-License-Identifier: Apache-2.0
import { inspect } from "node:util";
import { Coverage, news, union } from "./coverage.ts";
import { Chance, mutate } from "./mutate.ts";
import { Strays } from "./strays.ts";
import type { Target } from "./target.ts";

/** What a run of a fuzzer came to. */
export interface Fuzzed {
  readonly inputs: number;
  readonly good: number;
  /** Inputs that reached what none before had reached. */
  readonly found: readonly Buffer[];
}

/** Where it begins, and when it ends: at this time, or when the target's own number of inputs has been read. */
export interface Bounds {
  readonly seed?: number;
  readonly until?: number;
}

/** An input that breaks a law. */
export class Broken extends Error {
  readonly input: Buffer;

  constructor(name: string, input: Buffer, cause: unknown) {
    const shown = inspect(input.toString("latin1"), { maxStringLength: 2000 });
    super(`${name}: this input breaks it: ${shown}\n${inspect(cause)}`);
    this.input = input;
  }
}

// What has run is asked for many inputs at once, since to ask is slower than to run one.
const BATCH = 64;

/**
 * Fuzzes a target: what reaches code that was not reached before is kept, and changed further.
 *
 * @param earlier inputs that were found in other runs
 * @throws Broken where a law does not hold
 */
export async function fuzz(target: Target, bounds: Bounds, earlier: readonly Buffer[] = []): Promise<Fuzzed> {
  using coverage = new Coverage(target.sources);
  using strays = new Strays();
  const chance = new Chance(bounds.seed ?? 1);
  const tokens = target.tokens.map((token) => Buffer.from(token));
  const kept = [...target.corpus, ...earlier];
  const found: Buffer[] = [];
  let inputs = 0;
  let good = 0;

  const run = async (batch: readonly Buffer[]): Promise<void> => {
    for (const input of batch) {
      inputs++;
      try {
        good += Number(await target.run(input));
      } catch (error) {
        throw new Broken(target.name, input, error);
      }
    }
    if ((await strays.seen()) === undefined) return;
    for (const input of batch) {
      await target.run(input);
      const stray = await strays.seen();
      if (stray !== undefined) throw new Broken(target.name, input, stray.cause);
    }
    throw new Error(`${target.name}: an error escaped, and does not when the same inputs are read again`);
  };

  await run(target.corpus);
  if (good !== target.corpus.length)
    throw new Error(
      `${target.name}: expected its whole corpus to be good, got ${good} of ${target.corpus.length}`,
    );
  await run(earlier);
  let known = coverage.take();
  const goesOn = (): boolean =>
    bounds.until === undefined ? inputs < target.inputs : Date.now() < bounds.until;
  while (goesOn()) {
    const batch = Array.from({ length: BATCH }, () => {
      // Every second time one of those that were found last: there is most to be found from them.
      let input = chance.of(chance.below(2) === 0 ? kept : kept.slice(-16));
      for (let times = 1 + chance.below(4); times > 0; times--) input = mutate(input, kept, tokens, chance);
      return input;
    });
    await run(batch);
    const all = coverage.take();
    if (news(all, known).length === 0) continue;
    for (const input of batch) {
      await run([input]);
      const ran = coverage.take();
      if (news(ran, known).length === 0) continue;
      known = union(known, ran);
      kept.push(input);
      found.push(input);
    }
    known = union(known, all);
  }
  return { inputs, good, found };
}
