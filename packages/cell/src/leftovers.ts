// SPDX-License-Identifier: Apache-2.0
import { promises } from "node:fs";
import { promisify } from "node:util";
import type { Plan } from "@cordon/walls";

const ATTEMPTS = 50;
const PAUSE = 20;
const pause = promisify(setTimeout);

async function removeCgroup(directory: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await promises.rmdir(directory);
      return;
    } catch (error) {
      // Processes that are dying are still counted for a moment. Anything else will not get better by waiting.
      if (!(error instanceof Error && "code" in error && error.code === "EBUSY")) return;
      await pause(PAUSE);
    }
  }
}

/** Removes what a supervisor that was killed could not: its cgroups. All else of a cell ends with its processes. */
export async function removeLeftovers(plan: Plan): Promise<void> {
  const { freezer } = plan.cgroup;
  // Frozen by v1's freezer, the cell's processes cannot even die.
  if (freezer?.version === 1) await promises.writeFile(freezer.control, "THAWED").catch(() => {});
  const made = plan.cgroup.steps.flatMap((step) => (step.step === "make" ? [step.directory] : []));
  for (const directory of made.reverse()) await removeCgroup(directory);
}
