// SPDX-License-Identifier: Apache-2.0
import { dirname, join } from "node:path";
import { decide, type PathRule, type Policy } from "@cordon/policy";
import { jailPath } from "./host/index.ts";
import type { NodeFacts } from "./node/index.ts";

/**
 * Denies a program to write Cordon's own files, where a grant covers them: whoever can replace the jail or the Node that
 * runs it has no walls from the next run on.
 */
export function protectOwnFiles(policy: Policy, node: NodeFacts): Policy {
  const home = dirname(dirname(dirname(jailPath)));
  const own = [join(home, "jail"), join(home, "packages"), node.path, process.execPath];
  const exposed = own.filter((path) => decide(policy, { scope: "fs.write", path }).granted);
  if (exposed.length === 0) return policy;
  const deny = exposed.map((path): PathRule => ({ path, optional: true, origin: "Cordon's own files" }));
  return { ...policy, "fs.write": { ...policy["fs.write"], deny: [...policy["fs.write"].deny, ...deny] } };
}
