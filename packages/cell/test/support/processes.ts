// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const DEADLINE = 10_000;

/** The fields of /proc/PID/stat from the state on; `undefined` for a process that is gone. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** What has ended but was not waited for counts as gone: it runs no more. */
export function isRunning(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== "Z" && state !== "X";
}

export function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1] ?? 0);
}

/** The processes below one, at any depth. */
export function descendantsOf(pid: number): number[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = new Map(all.map((each) => [each, parentOf(each)]));
  const isBelow = (each: number): boolean => {
    for (let at = parents.get(each); at !== undefined && at > 1; at = parents.get(at))
      if (at === pid) return true;
    return false;
  };
  return all.filter(isBelow);
}

/** Asks until it is so; there is no event for what the kernel does to somebody else's process. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE;
  while (!isSo()) {
    assert.ok(performance.now() < deadline, `Expected that within ${DEADLINE} ms: ${what}`);
    await setTimeout(10);
  }
}
