// SPDX-License-Identifier: Apache-2.0
// Which kernel modules the first root needs to reach the second: Debian builds its disk and file systems as modules.
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "./command.ts";

/** A module as it is to be loaded: its name, and its bytes unpacked. */
export interface Module {
  readonly name: string;
  readonly content: Buffer;
}

// The kernel takes `-` and `_` for one another.
const nameOf = (path: string): string =>
  basename(path)
    .replace(/\.ko(?:\.xz|\.zst)?$/, "")
    .replaceAll("-", "_");

function unpackModule(path: string): Buffer {
  if (path.endsWith(".xz"))
    return Buffer.from(run("sh", ["-c", 'xz -dc "$1" | base64', "sh", path]), "base64");
  if (path.endsWith(".zst"))
    return Buffer.from(run("sh", ["-c", 'zstd -dc "$1" | base64', "sh", path]), "base64");
  return readFileSync(path);
}

/** Strings of a module's `.modinfo` section: `depends=a,b`. */
function dependenciesOf(content: Buffer): readonly string[] {
  const found = /\0depends=([^\0]*)\0/.exec(content.toString("latin1"));
  return (found?.[1] ?? "").split(",").filter((name) => name !== "");
}

/**
 * These modules and what they depend on, in an order in which they can be loaded. A name that is no module is built
 * into this kernel.
 */
export function findModules(directory: string, wanted: readonly string[]): readonly Module[] {
  const files = new Map(
    globSync("**/*.{ko,ko.xz,ko.zst}", { cwd: directory }).map((path) => [
      nameOf(path),
      join(directory, path),
    ]),
  );
  const ordered = new Map<string, Module>();
  const take = (name: string): void => {
    const path = files.get(name);
    if (path === undefined || ordered.has(name)) return;
    const content = unpackModule(path);
    for (const dependency of dependenciesOf(content)) take(dependency.replaceAll("-", "_"));
    ordered.set(name, { name, content });
  };
  for (const name of wanted) take(name);
  return [...ordered.values()];
}
