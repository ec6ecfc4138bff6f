// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Check } from "./check.ts";
import { listFiles } from "./files.ts";

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { link?: boolean; resolved?: string; integrity?: string; version?: string }>
  >;
}

export const lockfiles: Check = {
  name: "lockfiles",
  claim: "no lockfile names a registry, and every package in them has an integrity hash",
  run: (root) =>
    listFiles(root)
      .filter((path) => basename(path) === "package-lock.json")
      .flatMap((path) => judgeLockfile(path, readFileSync(join(root, path), "utf8"))),
};

/** What is wrong with one lockfile. */
export function judgeLockfile(path: string, text: string): readonly string[] {
  const { packages } = JSON.parse(text) as Lockfile;
  return Object.entries(packages).flatMap(([name, entry]) => {
    if (entry.link === true || !name.includes("node_modules/")) return [];
    if (entry.resolved !== undefined)
      return [
        `${path}: ${name} names ${entry.resolved}. Run \`npm install --omit-lockfile-registry-resolved\` after removing the lockfile.`,
      ];
    return entry.integrity === undefined
      ? [
          `${path}: ${name} has no integrity hash. Take the package from the registry, not from git or a folder.`,
        ]
      : [];
  });
}
