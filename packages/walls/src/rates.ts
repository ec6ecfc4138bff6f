// SPDX-License-Identifier: Apache-2.0
import { CordonError, type Limits, type WallName } from "@cordon/policy";
import type { Plan } from "./plan.ts";

/** No bound on what the supervisor counts. */
export const noRates: Plan["rates"] = Object.freeze({
  output: null,
  connections: null,
  connectRate: null,
  bytes: false,
});

/**
 * The part of a plan that bounds and counts what passes through the supervisor.
 *
 * @throws CordonError `ERR_LIMIT_UNENFORCEABLE` for connections without the filters' wall: then nobody hands them over
 */
export function rateSteps(limits: Limits, walls: readonly WallName[], bytes: boolean): Plan["rates"] {
  for (const limit of ["connections", "connectRate"] as const) {
    if (limits[limit] === undefined || walls.includes("filters")) continue;
    const remedy = "keep the filters' wall";
    throw new CordonError(
      "ERR_LIMIT_UNENFORCEABLE",
      { limit, remedy },
      { limit, path: `/limits/${limit}`, remedy },
    );
  }
  const { output = null, connections = null, connectRate = null } = limits;
  return { output, connections, connectRate, bytes: bytes && walls.includes("filters") };
}
