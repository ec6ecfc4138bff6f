// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type Learnt,
  type LearntRule,
  maxFileLength,
  parsePolicyFile,
  type Policy,
  standingOf,
  writeLearnt,
} from "@cordon/policy";
import { replaceFile } from "../command-line/unwritable.ts";
import { usageError } from "../command-line/usage-error.ts";
import { loadPolicy } from "../policy-file/load.ts";
import { readPolicyText } from "../policy-file/read.ts";

/** The file that is to be made or widened. */
export interface Target {
  readonly file: string;
  /** What it says now; `undefined` if it is not there. */
  readonly before: { readonly document: Record<string, unknown>; readonly policy: Policy } | undefined;
}

/**
 * Looks at the file before the program runs: an error afterwards would have cost a run.
 *
 * @throws CordonError if it is there and is not to be widened, or is no policy
 */
export function openTarget(output: string, merge: boolean, directory: string): Target {
  const file = resolve(directory, output);
  requireWritable(dirname(file));
  if (!existsSync(file)) return { file, before: undefined };
  if (!merge)
    throw usageError(
      `learn: ${file} is there already.`,
      "Add --merge to widen it, or name another with --output=FILE.",
    );
  const { policy } = loadPolicy({ grants: [], policyFile: file }, directory);
  const document = JSON.parse(readPolicyText(file)) as Record<string, unknown>;
  return { file, before: { document, policy } };
}

/** The file is put in its place by a rename. */
function requireWritable(directory: string): void {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const errno = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw usageError(
      `learn: nothing can be written in ${directory} (${errno}).`,
      "Name a file in another directory with --output=FILE.",
    );
  }
}

/** What became of the rules. */
export interface WrittenPolicy {
  readonly added: readonly LearntRule[];
  /** What the file's own deny rules forbid. */
  readonly denied: readonly LearntRule[];
}

/** Writes the policy file: a new one, or the one that was there with what it lacks. */
export function writePolicy({ file, before }: Target, { rules }: Learnt): WrittenPolicy {
  const standing = (rule: LearntRule): string =>
    before === undefined ? "missing" : standingOf(rule, before.policy, dirname(file));
  const added = rules.filter((rule) => standing(rule) === "missing");
  const denied = rules.filter((rule) => standing(rule) === "denied");
  const text = writeLearnt(added, before?.document);
  // What `run` would refuse to read must not be left behind.
  parsePolicyFile(text, { file, directory: dirname(file) });
  if (text.length > maxFileLength)
    throw usageError("learn: the policy has become too long.", "Grant directories.");
  replaceFile("learn", file, text);
  return { added, denied };
}
