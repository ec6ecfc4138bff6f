// SPDX-License-Identifier: Apache-2.0
// What is counted before and after.
import { globSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { jailPath } from "@cordon/cell";
import type { Ground } from "./ground.ts";
import type { HostReport } from "./host.ts";

/** What a soak could leave on its machine. */
export interface Leftovers {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly files: readonly string[];
}

const jail = realpathSync(jailPath);
// A megabyte for each sixty cells would be a leak; less is the collector's.
const MOST_GROWTH_MB = 12;

function processOf(pid: string, root: string): string | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim();
    const isOurs = readlinkSync(`/proc/${pid}/exe`) === jail || words.includes(`${root}/app`);
    return isOurs ? `process ${pid}: ${words}` : undefined;
  } catch {
    return undefined; // gone while we looked, or somebody else's
  }
}

/** Counts what there is now. */
export function leftovers({ root, hosts, orphaned, temporary }: Ground): Leftovers {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return {
    processes: pids.flatMap((pid) => processOf(pid, root) ?? []),
    mounts: readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n"),
    cgroups: globSync("/sys/fs/cgroup/**/cordon-*").filter((path) =>
      hosts.some((pid) => path.includes(`/cordon-${pid}-`) && !orphaned.has(pid)),
    ),
    files: [...readdirSync(temporary), ...readdirSync(`${root}/app`)],
  };
}

/** What there is now and was not before. */
export function differences(before: Leftovers, now: Leftovers): readonly string[] {
  const added = (old: readonly string[], present: readonly string[]): string[] =>
    present.filter((each) => !old.includes(each));
  return [
    ...added(before.processes, now.processes),
    ...added(before.mounts, now.mounts).map((line) => `mount ${line}`),
    ...added(before.cgroups, now.cgroups).map((path) => `cgroup ${path}`),
    ...added(before.files, now.files).map((name) => `file ${name}`),
  ];
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** What is wrong with a host that has lived: what it did not understand, and what it holds that it did not before. */
export function judgeHost({
  wrong,
  descriptors,
  resources,
  listeners,
  resident,
}: HostReport): readonly string[] {
  const problems = [...wrong];
  if (descriptors[1] > descriptors[0]) problems.push(`descriptors of a host: ${descriptors.join(" → ")}`);
  if (resources[0] !== resources[1]) problems.push(`handles and timers of a host: ${resources.join(" → ")}`);
  if (listeners[1] !== listeners[0]) problems.push(`listeners of a host: ${listeners.join(" → ")}`);
  // The first quarter is what a process takes until it is warm.
  const settled = resident.slice(Math.floor(resident.length / 4));
  const half = Math.floor(settled.length / 2);
  const growth = median(settled.slice(half)) - median(settled.slice(0, half));
  if (settled.length >= 8 && growth > MOST_GROWTH_MB)
    problems.push(`memory of a host grew by ${growth} MB: ${resident.join(" ")}`);
  return problems;
}
