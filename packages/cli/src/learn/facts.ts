// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import type { LearnFacts } from "@cordon/policy";
import type { Plan } from "@cordon/walls";
import { probeNode } from "@cordon/walls";

/** What has to be known about this machine to make rules for a program that ran on it. */
export async function learnFacts(
  plan: Plan,
  entry: string,
  base: string,
  names: ReadonlyMap<string, readonly string[]>,
): Promise<LearnFacts> {
  const node = await probeNode(plan.program);
  const { CORDON_RECORD: _, ...environment } = plan.environment;
  const recorder = plan.arguments[plan.arguments.indexOf("--require") + 1];
  return {
    directory: plan.directory,
    base,
    entry: realpathSync(entry),
    home: homedir(),
    node: node.path,
    given: new Set([
      node.path,
      ...node.libraries,
      ...(node.interpreter === undefined ? [] : [realpathSync(node.interpreter)]),
      ...(recorder === undefined ? [] : [realpathSync(recorder)]),
    ]),
    environment,
    kindOf,
    programName: (path) => programName(path, environment["PATH"] ?? "/usr/bin:/bin"),
    namesOf: (address) => names.get(address) ?? [],
  };
}

function kindOf(path: string): "file" | "directory" | "other" | "none" {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "none" : stats.isDirectory() ? "directory" : stats.isFile() ? "file" : "other";
}

/** The file's own name, if PATH finds it by that under this very path: `/bin/sh` may be a link that `sh` is not. */
function programName(path: string, searchPath: string): string | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const found = searchPath
    .split(delimiter)
    .filter(isAbsolute)
    .map((directory) => join(directory, name))
    .find(isExecutable);
  return found === path ? name : undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
