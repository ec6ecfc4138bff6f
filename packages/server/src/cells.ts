// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { Cell } from "@cordon/cell";
import { CordonError, type Policy } from "@cordon/policy";
import type { CellStarter } from "./apps/starter.ts";

const trialProgram = fileURLToPath(new URL("./trial-program.cjs", import.meta.url));

const watched =
  "memory is watched by the supervisor: no cgroup can be had here (run as root, or in a delegated cgroup, for one)";

/** Starts a real cell. */
export const startCell: CellStarter = (options) => Cell.start(options);

/**
 * Throws where this machine cannot enforce what every app of the host gets: all walls, and the host's limits.
 * It has a cell run a program that ends at once, because what a probe finds possible may still fail.
 *
 * @returns what the operator should know of how it is enforced
 */
export async function requireEnforceable(hostPolicy: Policy): Promise<readonly string[]> {
  const cell = await Cell.start({
    entry: trialProgram,
    policy: hostPolicy,
    env: {},
    stdio: "ignore",
    name: "trial",
  });
  const { exitCode } = await cell.exited;
  if (exitCode === 0) return cell.plan.watched.includes("memory") ? [watched] : [];
  throw new CordonError(
    "ERR_CELL_START",
    { step: "trial", problem: `it ended with ${exitCode}` },
    { step: "trial" },
  );
}
