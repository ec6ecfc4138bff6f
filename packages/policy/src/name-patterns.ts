// SPDX-License-Identifier: Apache-2.0

/** How specific a pattern (`NAME`, `PREFIX_*`, `*`) is for a name; undefined where it does not cover it. */
export function weighName(pattern: string, name: string): number | undefined {
  if (pattern === name) return Number.MAX_SAFE_INTEGER;
  if (!pattern.endsWith("*")) return undefined;
  return name.startsWith(pattern.slice(0, -1)) ? pattern.length : undefined;
}
