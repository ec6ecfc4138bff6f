// SPDX-License-Identifier: Apache-2.0
// Starts one cell: within the suite, or (executed by itself, with a JSON word) as a process of its own, for attacks
// that need a terminal or a spoilt host around it.
import type { Cell } from "@cordon/cell";
import { grantedBy } from "./granted-by.ts";

export interface CellStart {
  readonly grants: readonly string[];
  readonly entry: string;
  readonly args: readonly string[];
  readonly walls: readonly ("namespaces" | "filters" | "runtime")[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly node: string;
  readonly name: string;
  readonly resolvers?: readonly string[];
  readonly mode?: "serve";
}

/** Starts a cell under the grants, which are flags of the command line. */
export async function startCell({ grants, ...start }: CellStart, stdio: "pipe" | "inherit"): Promise<Cell> {
  const policy = grantedBy(grants, start.directory);
  // Not at the top: the controls run without it.
  const { Cell } = await import("@cordon/cell");
  return Cell.start({ ...start, policy, stdio });
}

if (import.meta.main) {
  try {
    const cell = await startCell(JSON.parse(process.argv[2] ?? "{}") as CellStart, "inherit");
    const exit = await cell.exited;
    process.exitCode = exit.exitCode;
  } catch (error) {
    const { code, message, details } = error as { code?: string; message?: string; details?: object };
    process.stderr.write(`${JSON.stringify({ startFailed: { code, message, details } })}\n`);
    process.exitCode = 125;
  }
}
