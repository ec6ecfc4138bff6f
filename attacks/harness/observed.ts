// SPDX-License-Identifier: Apache-2.0
import type { Cell } from "@cordon/cell";

// What moves a cursor, ends a line, hides text or turns its direction.
const steering = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
// Two seconds' worth of what the supervisor rations, of each kind, and as much again.
const MOST_EVENTS = 1000;
const MOST_BYTES = 256 << 20;

/** Events of a cell that a program tries to lie to: none may steer a terminal, and there are only so many. */
export function onlyBoundedEvents(cell: Cell): () => string | undefined {
  const before = process.memoryUsage().rss;
  let events = 0;
  let steered: string | undefined;
  const take = (event: object): void => {
    events++;
    for (const value of Object.values(event)) {
      if (typeof value === "string" && steering.test(value)) steered ??= JSON.stringify(value).slice(0, 100);
    }
  };
  cell.on("denied", take);
  cell.on("limit", take);
  cell.on("listening", take);
  cell.on("used", take);
  return () => {
    if (steered !== undefined) return `an event has a control character: ${steered}`;
    if (events > MOST_EVENTS) return `${events} events came out`;
    const grown = process.memoryUsage().rss - before;
    return grown > MOST_BYTES ? `the host grew by ${grown} bytes` : undefined;
  };
}

/** Why there is no control: without walls nobody reads what a program would report. */
export const noSupervisor = { none: "without walls there is no supervisor to lie to" };
