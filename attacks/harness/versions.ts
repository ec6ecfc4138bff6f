// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Site } from "./attack.ts";

const directory = join(import.meta.dirname, "..", "versions");
const installed = (name: string): string => join(directory, "node_modules", name);

/** The path of an old Node by its name in attacks/versions/package.json, such as "node-20-0-0". */
export function oldNode(name: string): string {
  return join(installed(name), "bin", "node");
}

/** The directory of an old package by its name in attacks/versions/package.json. */
export function oldPackage(name: string): string {
  return installed(name);
}

/** Installs the old versions by their lockfile, if one is missing. */
export function installVersions(): void {
  const wanted = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  if (Object.keys(wanted.dependencies).every((name) => existsSync(join(installed(name), "package.json"))))
    return;
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-bin-links", "--no-audit", "--no-fund"], {
    cwd: directory,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** The flags of an old Node's permission model, as its version spells them. */
export function permission(
  version: string,
  site: Site,
  { read = [], write = [] }: { read?: readonly string[]; write?: readonly string[] } = {},
): readonly string[] {
  const [, major = 0, minor = 0] = version.split("-").map(Number);
  const list = (flag: string, paths: readonly string[]): readonly string[] => {
    if (paths.length === 0) return [];
    // A flag given twice replaced the first in the earliest versions; a list with commas is gone in the latest.
    return major === 20 && minor < 5 ? [`${flag}=${paths.join()}`] : paths.map((path) => `${flag}=${path}`);
  };
  return [
    major >= 24 ? "--permission" : "--experimental-permission",
    ...list("--allow-fs-read", [site.program, ...read]),
    ...list("--allow-fs-write", write),
  ];
}
