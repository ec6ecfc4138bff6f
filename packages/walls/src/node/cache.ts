// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { NodeFacts } from "./probe.ts";

/** What an earlier probe of this very file found, or undefined if there is none, or the file has changed since. */
export async function readCachedFacts(executable: string): Promise<NodeFacts | undefined> {
  try {
    const facts: unknown = JSON.parse(await readFile(await cacheFile(executable), "utf8"));
    return isFacts(facts) ? facts : undefined;
  } catch {
    // No cache, or a damaged one: the caller probes anew, which is what a cache may always lead to.
    return undefined;
  }
}

/** Keeps what a probe found. A cache that cannot be written costs the next start a probe and nothing else. */
export async function writeCachedFacts(executable: string, facts: NodeFacts): Promise<void> {
  try {
    const file = await cacheFile(executable);
    const draft = `${file}.${process.pid}`;
    await mkdir(cacheDirectory(), { recursive: true, mode: 0o700 });
    await writeFile(draft, JSON.stringify(facts), { mode: 0o600 });
    await rename(draft, file);
  } catch {
    // A read-only home is no reason to refuse the run.
  }
}

async function cacheFile(executable: string): Promise<string> {
  const { mtimeNs, size, ino } = await stat(executable, { bigint: true });
  const key = createHash("sha256").update(`${executable}\0${mtimeNs}\0${size}\0${ino}`).digest("hex");
  return join(cacheDirectory(), `node-${key.slice(0, 32)}.json`);
}

function cacheDirectory(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cordon");
}

function isFacts(value: unknown): value is NodeFacts {
  if (typeof value !== "object" || value === null) return false;
  const { path, version, libraries, interpreter }: { [K in keyof NodeFacts]?: unknown } = value;
  return (
    typeof path === "string" &&
    typeof version === "string" &&
    Array.isArray(libraries) &&
    libraries.every((library) => typeof library === "string") &&
    (interpreter === undefined || typeof interpreter === "string")
  );
}
