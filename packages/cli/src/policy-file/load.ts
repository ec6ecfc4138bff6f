// SPDX-License-Identifier: Apache-2.0
import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  checkSafeMode,
  CordonError,
  mergePolicies,
  parseNodeConfig,
  parsePolicyFile,
  type Policy,
  type PolicyDocument,
  safeModeDocument,
} from "@cordon/policy";
import type { RunOptions } from "../command-line/run-options.ts";
import { usageError } from "../command-line/usage-error.ts";
import { denyWriting } from "./protect.ts";
import { readPolicyText } from "./read.ts";
import { unnamedPolicy } from "./unnamed.ts";

/** The policy of a run, and the files that it was read from. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** Absolute paths, the file that was named first. */
  readonly files: readonly string[];
}

/**
 * Adds the grants of the command line to the policy file that was named. No such policy lets a program write to the files
 * that it was read from, nor to one that the next run may name.
 *
 * @param program its path: `--safe-mode` grants it the directory that it lies in
 * @param kept further files that it must not write to
 */
export function loadPolicy(
  options: Pick<RunOptions, "grants" | "policyFile"> & Partial<Pick<RunOptions, "safeMode" | "nodeConfig">>,
  directory: string,
  program?: string,
  kept: readonly string[] = [],
): LoadedPolicy {
  const chain =
    options.policyFile === undefined ? [] : [...loadChain(resolve(directory, options.policyFile))];
  if (options.nodeConfig !== undefined) chain.push(loadNodeConfig(options.nodeConfig, directory));
  const files = chain.map(({ file }) => file);
  const unnamed = unnamedPolicy(options, directory);
  const unwritable = [...files, ...kept, ...(unnamed === undefined ? [] : [unnamed])];
  const own = options.safeMode === true ? directoryOf(program) : undefined;
  const documents = [...chain.map(({ document }) => document), ...options.grants];
  if (own !== undefined) {
    checkSafeMode(mergePolicies(...documents), own);
    documents.push(safeModeDocument(own));
  }
  return {
    policy: mergePolicies(...documents, ...denyWriting(unwritable, mergePolicies(...documents))),
    files,
  };
}

function directoryOf(program: string | undefined): string {
  if (program !== undefined) return dirname(realpathSync(program));
  throw usageError("--safe-mode needs a program: it grants the directory of one.", "Name the program.");
}

interface LoadedFile {
  readonly file: string;
  readonly document: PolicyDocument;
}

/** A file, the file that it extends, and so on. */
function loadChain(first: string): readonly LoadedFile[] {
  const chain: LoadedFile[] = [];
  for (let file: string | undefined = first; file !== undefined; ) {
    const at = chain.at(-1);
    const path: string =
      at === undefined ? realpath(file, "--policy", "") : realpath(file, at.file, "/extends");
    if (chain.some((loaded) => loaded.file === path))
      throw invalid(at?.file ?? path, "/extends", `${path} extends itself`);
    const document = parsePolicyFile(textOf(path), { file: path, directory: dirname(path) });
    chain.push({ file: path, document });
    file = document.extends === undefined ? undefined : resolve(dirname(path), document.extends);
  }
  return chain;
}

function loadNodeConfig(name: string, directory: string): LoadedFile {
  const file = realpath(resolve(directory, name), "--node-config", "");
  return { file, document: parseNodeConfig(textOf(file), { file, directory }) };
}

function textOf(path: string): string {
  try {
    return readPolicyText(path);
  } catch (error) {
    throw invalid(path, "", `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function realpath(file: string, where: string, path: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? "";
    throw invalid(where, path, `${file} cannot be read (${errno})`);
  }
}

function invalid(where: string, path: string, problem: string): CordonError {
  return new CordonError("ERR_POLICY_INVALID", { where: `${where} ${path}`.trim(), problem }, { path });
}
