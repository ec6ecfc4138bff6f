// SPDX-License-Identifier: Apache-2.0
import { Cell, jailPath } from "@cordon/cell";
import type { Policy } from "@cordon/policy";
import { probeHost, probeNode, resolvePlan } from "@cordon/walls";
import type { CellStarter } from "./apps/starter.ts";

/** Starts a real cell. */
export const startCell: CellStarter = (options) => Cell.start(options);

/**
 * Throws the walls' own error where this machine cannot enforce what every app of the host gets: all walls and
 * the host's limits. It plans a cell that is never started.
 */
export async function requireEnforceable(hostPolicy: Policy): Promise<void> {
  const [host, node] = await Promise.all([probeHost({ jail: jailPath }), probeNode(process.execPath)]);
  const file = import.meta.filename;
  resolvePlan(hostPolicy, host, {
    node,
    entry: file,
    args: [],
    directory: import.meta.dirname,
    environment: {},
    mode: "serve",
    runtime: { preload: file, serve: file },
    name: "cordon-trial",
  });
}
