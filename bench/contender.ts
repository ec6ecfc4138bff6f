// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";

/** One way to run the same program. */
export interface Contender {
  readonly name: string;
  run(): Promise<void>;
}

/** A contender that is a command line; it must end with 0. */
export function commandLine(name: string, command: string, ...args: readonly string[]): Contender {
  return {
    name,
    async run() {
      const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
      const [code, signal] = await once(child, "close");
      if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}; expected 0`);
    },
  };
}

/**
 * Milliseconds of each run. The contenders take turns, and who begins changes, so that what else the machine does meets
 * all of them alike.
 */
export async function race(
  contenders: readonly Contender[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (const { run } of contenders) await run(); // Caches warm, for everybody.
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length];
      if (contender === undefined) continue;
      const start = performance.now();
      await contender.run();
      times.get(contender.name)?.push(performance.now() - start);
    }
  }
  return times;
}
