// SPDX-License-Identifier: Apache-2.0
import type { PathRule, Policy } from "@cordon/policy";

/** Where a cell has files of its own: an empty directory at its start, gone with its end. */
export const SCRATCH = "/tmp";

/** What a policy grants of the cell's own /tmp. */
export interface ScratchUse {
  readonly read: boolean;
  readonly write: boolean;
}

export const noScratch: ScratchUse = Object.freeze({ read: false, write: false });

const isScratch = (rule: PathRule): boolean => rule.path === SCRATCH;

/**
 * Takes the grants of /tmp itself out of a policy. They mean the cell's own, never the host's, which is full of other
 * programs' files and sockets; what lies in the host's /tmp is granted by its own path.
 */
export function takeScratch(policy: Policy): { readonly policy: Policy; readonly scratch: ScratchUse } {
  const granted = (scope: "fs.read" | "fs.write"): boolean =>
    policy[scope].allow.some(isScratch) && !policy[scope].deny.some(isScratch);
  const without = (scope: "fs.read" | "fs.write"): Policy["fs.read"] => ({
    ...policy[scope],
    allow: policy[scope].allow.filter((rule) => !isScratch(rule)),
  });
  return {
    policy: { ...policy, "fs.read": without("fs.read"), "fs.write": without("fs.write") },
    scratch: { read: granted("fs.read"), write: granted("fs.write") },
  };
}
