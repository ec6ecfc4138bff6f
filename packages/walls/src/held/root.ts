// SPDX-License-Identifier: Apache-2.0
import { isWithin } from "../access.ts";
import type { Plan, RootStep } from "../plan.ts";

/** What a cell finds at a path. */
export type Place =
  | { readonly kind: "mount"; readonly at: string; readonly write: boolean; readonly execute: boolean }
  /** Something of the cell's own stands there; what the host has at this path is not in the cell. */
  | { readonly kind: "own"; readonly at: string; readonly what: string; readonly write: boolean }
  | { readonly kind: "masked"; readonly at: string }
  | { readonly kind: "nothing" };

/** What is at a real path in the root that a plan builds: the innermost step that covers it, and of equals the last. */
export function placeOf(plan: Plan, path: string): Place {
  let found: RootStep | undefined;
  for (const step of plan.namespaces?.root ?? []) {
    if (!covers(step, path)) continue;
    if (found === undefined || step.target.length >= found.target.length) found = step;
  }
  return found === undefined ? { kind: "nothing" } : placeAt(found);
}

function covers(step: RootStep, path: string): boolean {
  switch (step.step) {
    case "mount":
    case "mask":
    case "tmpfs":
    case "proc":
      return isWithin(path, step.target);
    case "device":
    case "file":
      return path === step.target;
    case "symlink":
    case "directory":
    case "anchor":
      return false; // a link is followed by whoever asks; an empty directory holds nothing
  }
}

function placeAt(step: RootStep): Place {
  const at = step.target;
  switch (step.step) {
    case "mount":
      return { kind: "mount", at, ...step.use };
    case "mask":
      return { kind: "masked", at };
    case "tmpfs":
      // What covers a denied directory cannot be written to; the cell's scratch can.
      return (step.mode & 0o222) === 0
        ? { kind: "masked", at }
        : { kind: "own", at, what: `the cell's own ${at}, empty at its start`, write: true };
    case "proc":
      return { kind: "own", at, what: "a /proc of the cell's own processes", write: false };
    case "device":
      return { kind: "mount", at, write: !step.name.endsWith("random"), execute: false };
    case "file":
    case "symlink":
    case "directory":
    case "anchor":
      return { kind: "own", at, what: `the cell's own ${at}`, write: false };
  }
}
