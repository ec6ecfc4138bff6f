// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import type { BundleDigest } from "../bundles.ts";

/** Type guard for the name of a bundle. */
export function isDigest(value: string): value is BundleDigest {
  return /^[0-9a-f]{64}$/.test(value);
}

/** Checks a bundle's name; it becomes part of a path, so nothing else may pass. */
export function parseDigest(value: string): BundleDigest {
  if (!isDigest(value)) {
    throw new TypeError(
      `Expected a bundle's digest (64 hex digits), got ${JSON.stringify(value.slice(0, 80))}`,
    );
  }
  return value;
}

/** One line of what a digest is made over. */
export interface TreeLine {
  path: string;
  kind: "file" | "executable" | "directory" | "link";
  /** A file's SHA-256, a link's target, nothing for a directory. */
  content: string;
}

/** The digest of a tree. The order in which entries came makes no difference. */
export function digestTree(lines: readonly TreeLine[]): BundleDigest {
  const hash = createHash("sha256");
  // JSON keeps the three parts apart whatever a path contains.
  const sorted = lines.map(({ path, kind, content }) => JSON.stringify([path, kind, content])).sort();
  for (const line of sorted) hash.update(`${line}\n`);
  return parseDigest(hash.digest("hex"));
}
