// SPDX-License-Identifier: Apache-2.0
import { statSync } from "node:fs";
import { readCache, writeCache } from "../cache.ts";
import type { NodeFacts } from "./probe.ts";

// Of what is kept. A change of what a probe finds out makes all older answers worthless.
const VERSION = 2;

/** What an earlier probe of this very file found, or undefined if there is none, or the file has changed since. */
export function readCachedFacts(executable: string): NodeFacts | undefined {
  const entry = readCache(nameOf(executable));
  const { executable: probed, facts }: { executable?: unknown; facts?: unknown } =
    typeof entry === "object" && entry !== null ? entry : {};
  return probed === executable && isFacts(facts) ? facts : undefined;
}

/** Keeps what a probe found. */
export function writeCachedFacts(executable: string, facts: NodeFacts): void {
  writeCache(nameOf(executable), { executable, facts });
}

function nameOf(executable: string): string {
  const { mtimeNs, size, ino } = statSync(executable, { bigint: true });
  return `node-v${VERSION}-${ino}-${size}-${mtimeNs}`;
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
