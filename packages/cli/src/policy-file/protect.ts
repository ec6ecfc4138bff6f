// SPDX-License-Identifier: Apache-2.0
import { decide, type Policy, type PolicyDocument, ownPolicyFile, parsePolicyFile } from "@cordon/policy";

/**
 * What denies a program every write to the files that its own policy came from, where the policy would let it. A grant to
 * write to the project's directory would otherwise be a grant of everything from the next run on.
 */
export function denyWriting(files: readonly string[], policy: Policy): readonly PolicyDocument[] {
  const exposed = files.filter((path) => decide(policy, { scope: "fs.write", path }).granted);
  if (exposed.length === 0) return [];
  const text = JSON.stringify({ deny: { "fs.write": exposed } });
  return [parsePolicyFile(text, { file: ownPolicyFile, directory: "/" })];
}
