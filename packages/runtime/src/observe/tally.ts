// SPDX-License-Identifier: Apache-2.0
import { fstatSync, writeSync } from "node:fs";

/** One kind of event at one place. */
export interface Counted {
  /** `audit`: the second policy would have refused it; `refused`: the one that is enforced has. */
  readonly kind: "audit" | "refused";
  readonly scope: string;
  readonly resource: string;
  readonly frames: readonly string[];
}

/** The pipe to the supervisor. */
const DESCRIPTOR = 3;
/** What the supervisor takes at once, and in a second (jail/src/supervisor/status.c), with room to spare. */
const AT_ONCE = 128;
const IN_A_SECOND = 48;
const INTERVAL = 1000;
const MOST_PLACES = 4096;
const LONGEST_RESOURCE = 500;
const LONGEST = 2200;

// As they were before the program could replace them.
const write = writeSync;
const stat = fstatSync;
const later = setTimeout;

/**
 * Counts events by place, and tells each the first time at once, then once a second with how often it came since. What it
 * holds and what it writes are bounded, whatever the program does.
 */
export function createTally(): (event: Counted) => void {
  const waiting = new Map<string, { event: Counted; count: number }>();
  const known = new Set<string>();
  const { dev, ino } = stat(DESCRIPTOR);
  let left = AT_ONCE;
  let isScheduled = false;

  function tell({ kind, scope, resource, frames }: Counted, count: number): void {
    const clean = (text: string): string => text.replaceAll(/[\n\t\0]/g, "?");
    const words = [clean(resource).slice(0, LONGEST_RESOURCE), ...frames.map(clean)].join("\t");
    const line = Buffer.from(`used ${kind} ${count} ${scope} ${words}`).subarray(0, LONGEST);
    try {
      // A program may close any descriptor and get another file under the same number.
      const now = stat(DESCRIPTOR);
      if (now.dev === dev && now.ino === ino) write(DESCRIPTOR, Buffer.concat([line, Buffer.from("\n")]));
    } catch {
      // Closed by the program, or full: what is lost here is lost to the audit, and no decision.
    }
  }

  function flush(most: number): void {
    let told = 0;
    for (const [key, { event, count }] of waiting) {
      if (told++ >= most) break;
      waiting.delete(key);
      tell(event, count);
    }
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    later(() => {
      isScheduled = false;
      left = IN_A_SECOND;
      flush(IN_A_SECOND);
      if (waiting.size > 0) schedule();
    }, INTERVAL).unref();
  }

  process.on("exit", () => flush(AT_ONCE));
  return (event) => {
    const key = [event.kind, event.scope, event.resource, ...event.frames].join("\n");
    const place = waiting.get(key);
    if (place !== undefined) place.count++;
    else if (!known.has(key) && left > 0) {
      left--;
      if (known.size < MOST_PLACES) known.add(key);
      tell(event, 1);
    } else if (waiting.size < MOST_PLACES) waiting.set(key, { event, count: 1 });
    if (waiting.size > 0) schedule();
  };
}
