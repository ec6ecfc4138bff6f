// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { maxFileLength, parsePolicyFile } from "@cordon/policy";
import { replaceFile } from "../command-line/unwritable.ts";
import { usageError } from "../command-line/usage-error.ts";

/** Puts `integrity` into a policy file, in place of what it said before; the rest stays as it is. */
export function writeIntegrity(file: string, integrity: Readonly<Record<string, string>>): void {
  const at = { file, directory: dirname(file) };
  const before = existsSync(file) ? readFileSync(file, "utf8") : "{}";
  // What is there has to be a policy: nobody wants another file overwritten.
  parsePolicyFile(before, at);
  const document = { ...(JSON.parse(before) as Record<string, unknown>), integrity };
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  if (text.length > maxFileLength)
    throw usageError("integrity: the policy has become too long.", "Pin fewer files.");
  parsePolicyFile(text, at);
  replaceFile("integrity", file, text);
}
