// SPDX-License-Identifier: Apache-2.0
// What a cell that is gone could have left: processes, mounts, cgroups, files, descriptors of its host's.
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Plan } from "@cordon/walls";

const DYING_MS = 2000;
const PAUSE_MS = 5;

/** The processes whose command line begins with `name`, and that have not ended. */
function processesNamed(name: string): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1").startsWith(`${name}\0`);
      } catch {
        return false; // gone while we looked
      }
    })
    .map(Number);
}

/** The cgroups that a plan makes. */
function cgroupsOf(plan: Plan): readonly string[] {
  return plan.cgroup.steps.flatMap((step) => (step.step === "make" ? [step.directory] : []));
}

/** Every file below a directory, by name. */
function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
}

/** What stays the same on a host whose cells have gone. */
export interface HostState {
  readonly mounts: string;
  readonly files: readonly string[];
  readonly descriptors: number;
}

/** The host's mounts, what lies below `directory`, and this process's descriptors. */
export function hostState(directory: string): HostState {
  return {
    mounts: readFileSync("/proc/self/mountinfo", "utf8"),
    files: filesBelow(directory),
    descriptors: readdirSync("/proc/self/fd").length,
  };
}

/**
 * Names what there is of a cell that has ended. Processes get a moment: the kernel ends the others of a namespace after
 * its first one is gone.
 */
export async function leftBehind(
  plan: Plan,
  name: string,
  before: HostState,
  directory: string,
): Promise<readonly string[]> {
  const deadline = performance.now() + DYING_MS;
  let alive = processesNamed(name);
  while (alive.length > 0 && performance.now() < deadline) {
    await setTimeout(PAUSE_MS);
    alive = processesNamed(name);
  }
  const now = hostState(directory);
  return [
    ...alive.map((pid) => `process ${pid}`),
    ...cgroupsOf(plan)
      .filter((path) => existsSync(path))
      .map((path) => `cgroup ${path}`),
    ...(now.mounts === before.mounts ? [] : ["a mount of the host's"]),
    ...now.files
      .filter((file) => !before.files.includes(file))
      .map((file) => `file ${join(directory, file)}`),
  ];
}

/** Removes what a cell has left, so that the next one begins as the first did. */
export function clearAway(plan: Plan, name: string): void {
  for (const pid of processesNamed(name)) process.kill(pid, "SIGKILL");
  for (const path of [...cgroupsOf(plan)].reverse()) {
    try {
      rmdirSync(path);
    } catch {
      // Not there, or somebody dies in it still: then the next run says so.
    }
  }
}
