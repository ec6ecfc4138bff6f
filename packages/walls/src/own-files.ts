// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { decide, ownPolicyFile, type PathRule, type Policy, type Scope } from "@cordon/policy";
import { jailPath } from "./host/index.ts";
import type { NodeFacts } from "./node/index.ts";

/** The scopes that somebody granted as a whole: with no denial but of the file that the policy came from. */
export function wholeScopes(policy: Policy): readonly Scope[] {
  return (["fs.read", "fs.write"] as const).filter((scope) => {
    const { allow, deny } = policy[scope];
    return (
      allow.some(({ path }) => path === "/") && deny.every(({ origin }) => origin.startsWith(ownPolicyFile))
    );
  });
}

/**
 * Denies a program to write Cordon's own files, where a grant covers them: whoever can replace the jail or the Node that
 * runs it has no walls from the next run on.
 */
export function protectOwnFiles(policy: Policy, node: NodeFacts): Policy {
  if (policy["fs.write"].allow.length === 0) return policy;
  const home = dirname(dirname(dirname(jailPath)));
  const own = [join(home, "jail"), join(home, "packages"), node.path, process.execPath];
  // Not every installation has all of them.
  const exposed = own.filter(
    (path) => decide(policy, { scope: "fs.write", path }).granted && existsSync(path),
  );
  if (exposed.length === 0) return policy;
  const deny = exposed.map((path): PathRule => ({ path, optional: true, origin: "Cordon's own files" }));
  return { ...policy, "fs.write": { ...policy["fs.write"], deny: [...policy["fs.write"].deny, ...deny] } };
}
