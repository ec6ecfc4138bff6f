// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { Cell } from "@cordon/cell";
import { CordonError, type Policy } from "@cordon/policy";
import type { CellStarter } from "./apps/starter.ts";

const trialProgram = fileURLToPath(new URL("./trial-program.cjs", import.meta.url));

/** Starts a real cell. */
export const startCell: CellStarter = (options) => Cell.start(options);

/**
 * Throws where this machine cannot enforce what every app of the host gets: all walls, and the host's limits.
 * It has a cell run a program that ends at once, because what a probe finds possible may still fail.
 */
export async function requireEnforceable(hostPolicy: Policy): Promise<void> {
  const cell = await Cell.start({
    entry: trialProgram,
    policy: hostPolicy,
    env: {},
    stdio: "ignore",
    name: "trial",
  });
  const { exitCode } = await cell.exited;
  if (exitCode === 0) return;
  throw new CordonError(
    "ERR_CELL_START",
    { step: "trial", problem: `it ended with ${exitCode}` },
    { step: "trial" },
  );
}
