// SPDX-License-Identifier: Apache-2.0
import { printable } from "../terminal.ts";
import { grantFor } from "./grant-for.ts";

/** One refusal as the cell tells it. Its strings come from inside: they are data, and hostile. */
export interface DeniedEvent {
  readonly scope: string;
  readonly resource: string;
  readonly by: string;
  readonly count: number;
  readonly grant?: string;
  /** Of an address: the name that led to it. */
  readonly name?: string;
}

interface Denying {
  on(event: "denied", listener: (event: DeniedEvent) => void): unknown;
}

/** A program that tries a million addresses must not fill our memory, nor the terminal. */
const MOST_DIFFERENT = 50;

/** Counts what a cell was refused, for a summary when it has ended. */
export function collectDenials(cell: Denying): { lines(): readonly string[] } {
  const counted = new Map<string, { event: DeniedEvent; count: number }>();
  let others = 0;
  cell.on("denied", (event) => {
    const key = `${event.scope} ${event.resource}`;
    const known = counted.get(key);
    if (known !== undefined) known.count += event.count;
    else if (counted.size < MOST_DIFFERENT) counted.set(key, { event, count: event.count });
    else others += event.count;
  });
  return {
    lines() {
      const lines = [...counted.values()]
        .filter(({ event }) => !isToldWithPort(event, counted))
        .map(({ event, count }) => describe(event, count));
      return others === 0 ? lines : [...lines, `refused ${others} more accesses`];
    },
  };
}

/** A name that was looked up to connect to it is told twice: by the broker, and by the runtime with the port. */
function isToldWithPort({ resource }: DeniedEvent, told: ReadonlyMap<string, unknown>): boolean {
  return [...told.keys()].some((key) => key.startsWith(`net.connect ${resource}:`));
}

function describe(event: DeniedEvent, count: number): string {
  const times = count > 1 ? ` (${count}×)` : "";
  const grant = event.grant ?? grantFor(event.scope, event.resource);
  const help = grant === undefined || grant === "" ? "" : `; allow with ${printable(grant)}`;
  const named = event.name === undefined ? "" : `, an address of ${printable(event.name)}`;
  const resource = event.resource === "" ? "" : ` ${printable(event.resource)}`;
  return `refused ${printable(event.scope)}${resource}${named}${times}${help}`;
}
