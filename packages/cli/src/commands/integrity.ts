// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { usageError } from "../command-line/usage-error.ts";
import { hashFiles } from "../integrity/hash.ts";
import { writeIntegrity } from "../integrity/write.ts";
import { say } from "../terminal.ts";

const DEFAULT_FILE = "cordon.json";

/**
 * `cordon integrity [--write] [--policy=FILE] PATH...`: prints what pins these files, and every file of these directories;
 * with `--write` it becomes the policy file's `integrity`.
 */
export async function integrity(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  const [first] = positionals;
  if (first === undefined)
    throw usageError(
      "integrity: expected files or directories, got none.",
      "Write `cordon integrity main.js lib/`.",
    );
  const file = resolve(values.policy ?? DEFAULT_FILE);
  const entries = hashFiles(positionals, dirname(file));
  if (!values.write) {
    process.stdout.write(`${JSON.stringify({ integrity: entries }, undefined, 2)}\n`);
    return 0;
  }
  const before = existsSync(file);
  writeIntegrity(file, entries);
  const count = Object.values(entries).filter((hash) => hash.startsWith("sha")).length;
  say(`${file}: ${count} ${count === 1 ? "file" : "files"} pinned${before ? "" : ", in a new policy"}`);
  return 0;
}

function parse(args: readonly string[]): {
  readonly values: { readonly write: boolean; readonly policy: string | undefined };
  readonly positionals: readonly string[];
} {
  const options = args.filter((argument) => argument.startsWith("-"));
  const unknown = options.find((option) => option !== "--write" && !option.startsWith("--policy="));
  if (unknown !== undefined)
    throw usageError(
      `integrity: ${unknown} is not a known option.`,
      "It takes --write and --policy=FILE, and then paths.",
    );
  const policy = options.find((option) => option.startsWith("--policy="))?.slice("--policy=".length);
  return {
    values: { write: options.includes("--write"), policy },
    positionals: args.filter((argument) => !argument.startsWith("-")),
  };
}
