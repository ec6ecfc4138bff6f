// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { Cell } from "@cordon/cell";
import { isCordonError, mergePolicies, type WallName } from "@cordon/policy";

/** How the start of a real cell with an empty policy went. */
export type Trial =
  | { readonly ok: true; readonly milliseconds: number }
  | { readonly ok: false; readonly problem: string; readonly remedy: string | undefined };

/** Starts a cell with these walls and no grant: facts about a host can mislead, a trial cannot. */
export async function tryCell(walls: readonly WallName[]): Promise<Trial> {
  const start = performance.now();
  try {
    await using cell = await Cell.start({
      entry: join(import.meta.dirname, "nothing.cjs"),
      // Wherever doctor is asked: without namespaces the cell's user must be able to enter it.
      directory: import.meta.dirname,
      policy: mergePolicies(),
      walls,
      stdio: "ignore",
    });
    const { exitCode } = await cell.exited;
    if (exitCode === 0) return { ok: true, milliseconds: Math.round(performance.now() - start) };
    return { ok: false, problem: `it ended with ${exitCode}; expected 0`, remedy: undefined };
  } catch (error) {
    if (!isCordonError(error)) throw error;
    return { ok: false, problem: error.message, remedy: error.details.remedy };
  }
}
