// SPDX-License-Identifier: Apache-2.0
import type { CellFacts } from "./cell.ts";
import { explainNodeRefusal } from "./explain.ts";
import { explainLimit } from "./limits.ts";
import { explainMissingModule } from "./loader.ts";

/** Completes a refusal of Node's that nobody caught before it is printed: not all of them pass through what we wrap. */
export function explainUncaught(cell: CellFacts): void {
  process.on("uncaughtExceptionMonitor", (error) => {
    explainLimit(error);
    explainNodeRefusal(cell.policy, error);
    explainMissingModule(cell, error);
  });
}
