// SPDX-License-Identifier: Apache-2.0
import { decide, mergePolicies, type Policy, parsePolicyFile, restrictPolicy } from "@cordon/policy";

/**
 * Denies the program every write to the files that its own policy came from. A grant to write to the project's directory
 * would otherwise be a grant of everything from the next run on.
 */
export function keepFilesUnwritable(policy: Policy, files: readonly string[]): Policy {
  const exposed = files.filter((path) => decide(policy, { scope: "fs.write", path }).granted);
  if (exposed.length === 0) return policy;
  const denied = parsePolicyFile(JSON.stringify({ deny: { "fs.write": exposed } }), {
    file: "the policy's own file",
    directory: "/",
  });
  return restrictPolicy(policy, mergePolicies(denied));
}
