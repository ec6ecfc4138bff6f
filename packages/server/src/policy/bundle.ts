// SPDX-License-Identifier: Apache-2.0
import { dirname, join, normalize } from "node:path/posix";
import { CordonError, parsePolicyFile, type PolicyDocument } from "@cordon/policy";
import { readTextIn } from "../apps/files.ts";

const policyFile = "cordon.json";
const largestFile = 256 * 1024;
const longestChain = 8;

/**
 * Reads a bundle's cordon.json and what it extends, all within the bundle; paths in it are relative to the file.
 * Without a cordon.json there is nothing: the app asks for no grants.
 */
export async function readBundlePolicy(directory: string): Promise<readonly PolicyDocument[]> {
  const documents: PolicyDocument[] = [];
  for (let file: string | undefined = policyFile; file !== undefined; ) {
    if (documents.length === longestChain)
      throw invalid(file, `expected at most ${longestChain} files in a row`);
    const text = await readTextIn(directory, file, largestFile);
    if (text === undefined) {
      if (documents.length === 0) return [];
      throw invalid(file, "a policy extends it, but it is not a file of the bundle");
    }
    const document = parsePolicyFile(text, { file, directory: join(directory, dirname(file)) });
    documents.push(document);
    file = document.extends === undefined ? undefined : normalize(join(dirname(file), document.extends));
  }
  return documents;
}

function invalid(where: string, problem: string): CordonError {
  return new CordonError("ERR_POLICY_INVALID", { where, problem }, { path: "/extends" });
}
