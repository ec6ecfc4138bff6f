// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ownPolicyFile, type Policy, type Scope } from "@cordon/policy";
import { cacheDirectory } from "./cache.ts";
import { jailPath } from "./host/index.ts";
import { exposedFiles, keepFiles } from "./kept-files.ts";
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

/** Where what a start has found out is kept for the next one. It is made here: what is not there cannot be covered. */
function ownCache(policy: Policy): string {
  const path = cacheDirectory();
  try {
    if (exposedFiles(policy, [{ path }]).length > 0) mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch {
    // Then no start keeps anything.
  }
  return path;
}

/**
 * Denies a program to write Cordon's own files, where a grant covers them: whoever can replace the jail, the Node that
 * runs it, or the code that Node has compiled, has no walls from the next run on.
 */
export function protectOwnFiles(policy: Policy, node: NodeFacts): Policy {
  if (policy["fs.write"].allow.length === 0) return policy;
  const home = dirname(dirname(dirname(jailPath)));
  const own = [join(home, "jail"), join(home, "packages"), node.path, process.execPath, ownCache(policy)];
  // Not every installation has all of them.
  const there = own.filter((path) => existsSync(path));
  return keepFiles(
    policy,
    there.map((path) => ({ path, origin: "Cordon's own files" })),
  );
}
