// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const root: string = join(import.meta.dirname, "../../../..");
export const examples: string = join(root, "examples/policies");

/** One grant of a cordon.json, by where it stands. */
export interface Place {
  readonly scope: string;
  /** `undefined` for a grant that is a mere `true`. */
  readonly index: number | undefined;
  readonly value: unknown;
}

type Allow = Record<string, unknown>;

/** Installs the programs if they are not what the lockfile says. */
export async function installPrograms(): Promise<void> {
  // The set-up is plain JavaScript, which has no types to import.
  const { isInstalled, install } = (await import(join(root, "tools/setup/dependencies.mjs"))) as {
    isInstalled(directory: string): boolean;
    install(directory: string): void;
  };
  if (!isInstalled(examples)) install(examples);
}

/** Every grant that a project's policy gives. */
export function grantsOf(project: string): readonly Place[] {
  return Object.entries(readAllow(project)).flatMap(([scope, value]): Place[] =>
    Array.isArray(value)
      ? value.map((entry: unknown, index) => ({ scope, index, value: entry }))
      : [{ scope, index: undefined, value }],
  );
}

/** Runs a program of a project under the project's policy, or under that policy without one of its grants. */
export function runUnderPolicy(
  project: string,
  command: readonly string[],
  without?: Place,
): { status: number | null; output: string } {
  const directory = join(examples, project);
  const scratch = mkdtempSync(join(tmpdir(), "cordon-policy-"));
  try {
    const file = join(scratch, "cordon.json");
    if (without !== undefined) writeFileSync(file, JSON.stringify({ allow: allowWithout(project, without) }));
    const options = without === undefined ? ["--policy=cordon.json"] : ["--verbose", `--policy=${file}`];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "packages/cli/bin/cordon.js"), "run", ...options, ...command],
      {
        cwd: directory,
        encoding: "utf8",
        timeout: 60_000,
        env: { PATH: process.env["PATH"], HOME: scratch },
      },
    );
    return { status, output: `${stdout}${stderr}` };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function readAllow(project: string): Allow {
  return (JSON.parse(readFileSync(join(examples, project, "cordon.json"), "utf8")) as { allow: Allow }).allow;
}

/** The policy moves to another directory, so its relative paths become absolute. */
function allowWithout(project: string, { scope, index }: Place): Allow {
  const allow = Object.entries(readAllow(project)).flatMap(([name, value]) => {
    if (name === scope && index === undefined) return [];
    if (!Array.isArray(value)) return [[name, value]];
    const kept = value.filter((_, at) => name !== scope || at !== index);
    return [[name, kept.map((entry: unknown) => absolute(entry, join(examples, project)))]];
  });
  return Object.fromEntries(allow) as Allow;
}

function absolute(entry: unknown, directory: string): unknown {
  if (typeof entry === "string") return entry.startsWith(".") ? resolve(directory, entry) : entry;
  if (typeof entry !== "object" || entry === null) return entry;
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, absolute(value, directory)]));
}
