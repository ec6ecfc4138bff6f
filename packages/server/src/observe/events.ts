// SPDX-License-Identifier: Apache-2.0
import { boundText } from "./escape.ts";
import { Ring } from "./ring.ts";

/** What can happen to an app. */
export type AppEventName =
  | "deployed"
  | "starting"
  | "listening"
  | "denied"
  | "limit"
  | "exited"
  | "failed"
  | "stopped";

/** One thing that happened to an app. Strings in it are escaped: some come from within the cell. */
export interface AppEvent {
  /** When it happened last. */
  time: string;
  event: AppEventName;
  /** How often, one straight after the other. */
  count: number;
  [field: string]: string | number;
}

const longestField = 1024;

/** What happened to one app, across its restarts. */
export class AppEvents {
  readonly #events: Ring<AppEvent>;

  constructor(limits: { events: number }) {
    this.#events = new Ring(limits.events, () => 1);
  }

  /** Records an event; the same again straight after it is only counted, so a loop does not push out the rest. */
  record(
    event: AppEventName,
    fields: Readonly<Record<string, string | number | undefined>>,
    count = 1,
  ): void {
    const clean: Record<string, string | number> = {};
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined)
        clean[name] = typeof value === "string" ? boundText(value, longestField) : value;
    }
    const time = new Date().toISOString();
    const last = this.#events.last();
    if (last?.event === event && sameFields(last, clean)) {
      last.time = time;
      last.count += count;
      return;
    }
    this.#events.push({ ...clean, time, event, count });
  }

  list(): readonly AppEvent[] {
    return this.#events.items();
  }

  get dropped(): number {
    return this.#events.dropped;
  }
}

function sameFields(event: AppEvent, fields: Readonly<Record<string, string | number>>): boolean {
  const names = Object.keys(fields);
  return (
    names.length === Object.keys(event).length - 3 && names.every((name) => event[name] === fields[name])
  );
}
