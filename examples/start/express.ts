// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface Installer {
  isInstalled(directory: string): boolean;
  install(directory: string): void;
}

/**
 * Copies an app to a directory of its own and installs its dependencies there, without their install scripts.
 * The directory is named by the lockfile, so the next start finds them.
 *
 * @returns the directory, ready to be packed
 */
export async function buildApp(source: string, builds: string): Promise<string> {
  const path = new URL("../../tools/setup/dependencies.mjs", import.meta.url).href;
  const { isInstalled, install } = (await import(path)) as Installer;
  const lockfile = await readFile(join(source, "package-lock.json"));
  const target = join(builds, createHash("sha256").update(lockfile).digest("hex").slice(0, 16));
  await mkdir(target, { recursive: true });
  await cp(source, target, { recursive: true, filter: (from) => !from.includes("node_modules") });
  if (!isInstalled(target)) install(target);
  return target;
}
