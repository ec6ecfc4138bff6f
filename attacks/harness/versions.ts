// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const directory = join(import.meta.dirname, "..", "versions");
const binary = (name: string): string => join(directory, "node_modules", name, "bin", "node");

/** The path of an old Node by its name in attacks/versions/package.json, such as "node-20-0-0". */
export function oldNode(name: string): string {
  return binary(name);
}

/** Installs the old Node versions by their lockfile, if one is missing. */
export function installVersions(): void {
  const wanted = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  if (Object.keys(wanted.dependencies).every((name) => existsSync(binary(name)))) return;
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-bin-links", "--no-audit", "--no-fund"], {
    cwd: directory,
    stdio: ["ignore", "ignore", "inherit"],
  });
}
