// SPDX-License-Identifier: Apache-2.0
import type { CellLimit } from "@cordon/cell";
import { describeLimit, isLimitName, limitFlag } from "@cordon/policy";

interface Limited {
  on(event: "limit", listener: (met: CellLimit) => void): unknown;
}

/** Keeps which limits have refused something or slowed the cell down, for a summary when it has ended. */
export function collectLimits(cell: Limited): { lines(): readonly string[] } {
  const last = new Map<string, CellLimit>();
  // Of few names: the supervisor's own.
  cell.on("limit", (met) => last.set(met.limit, met));
  return {
    lines: () => [...last.values()].filter(({ effect }) => effect !== "ended").map(describe),
  };
}

function describe({ limit, effect, value, count }: CellLimit): string {
  const times = count > 1 ? ` (${count}×)` : "";
  const did = effect === "slowed" ? "slowed the program down" : "refused what went beyond it";
  if (!isLimitName(limit)) return `the limit ${limit} ${did}${times}`;
  return `the limit ${limit} of ${describeLimit(limit, value)} ${did}${times}; raise it with ${limitFlag(limit)}=…`;
}
