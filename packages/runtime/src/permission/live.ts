// SPDX-License-Identifier: Apache-2.0
import { type Drop, narrowPolicy, parseDrop, type Policy } from "@cordon/policy";
import { defineProperty, ownOnly, withOwnBuiltins } from "../pristine.ts";
import { type Entry, readEntries, type SharedLog, sharedCount } from "./shared.ts";

/** The policy of this process, as it stands now, in whichever thread it was narrowed. */
export interface LivePolicy {
  /** Its scopes change under whoever holds it. */
  readonly policy: Policy;
  /** How often it has been narrowed. */
  version(): number;
  /** The log that all threads read; made when it is first needed. */
  log: SharedLog | undefined;
  /** Told of each narrowing in this thread, wherever it was made. */
  onNarrowed: (drop: Drop) => void;
}

/** Makes a policy whose every reading takes in what has been given up meanwhile. */
export function livePolicy(start: Policy): LivePolicy {
  let now = start;
  let seen = 0;

  function catchUp(log: SharedLog): void {
    withOwnBuiltins(() => {
      const entries = readEntries(log, seen);
      for (let index = 0; index < entries.length; index++) take(entries[index] as Entry);
      seen += entries.length;
    });
  }

  function take({ scope, reference }: Entry): void {
    const drop = parseDrop(scope, reference, "/");
    now = narrowPolicy(now, drop);
    live.onNarrowed(drop);
  }

  function version(): number {
    const { log } = live;
    if (log !== undefined && sharedCount(log) !== seen) catchUp(log);
    return seen;
  }

  const policy = {} as Policy;
  for (const scope of Object.keys(start) as (keyof Policy)[]) {
    const get = (): unknown => {
      version();
      return now[scope];
    };
    defineProperty(policy, scope, ownOnly({ get, enumerable: true }));
  }
  const live: LivePolicy = { policy, version, log: undefined, onNarrowed: () => {} };
  return live;
}
