// SPDX-License-Identifier: Apache-2.0
import { type Policy, type PolicyDocument, ownPolicyFile, parsePolicyFile } from "@cordon/policy";
import { exposedFiles } from "@cordon/walls";

/**
 * What denies a program every write to the files that its own policy came from, where the policy would let it. A grant to
 * write to the project's directory would otherwise be a grant of everything from the next run on.
 */
export function denyWriting(files: readonly string[], policy: Policy): readonly PolicyDocument[] {
  const exposed = exposedFiles(
    policy,
    files.map((path) => ({ path })),
  ).map(({ path }) => path);
  if (exposed.length === 0) return [];
  const text = JSON.stringify({ deny: { "fs.write": exposed } });
  return [parsePolicyFile(text, { file: ownPolicyFile, directory: "/" })];
}
