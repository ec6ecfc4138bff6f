// SPDX-License-Identifier: Apache-2.0
import type { WallName } from "@cordon/policy";
import { nearest } from "./nearest.ts";
import { usageError } from "./usage-error.ts";

/** All walls, in the order of ARCHITECTURE.md. */
export const WALLS: readonly WallName[] = ["namespaces", "filters", "runtime"];

/** Reads `namespaces,filters` (the walls that stay) or `-runtime` (one to take away). */
export function parseWalls(text: string): readonly WallName[] {
  const words = text.split(",");
  const removed = words.filter((word) => word.startsWith("-"));
  const named = words.map((word) => toWall(word.replace(/^-/, ""), text));
  if (removed.length === 0) return WALLS.filter((wall) => named.includes(wall));
  if (removed.length !== words.length)
    throw usageError(
      `--walls: expected either the walls that stay or the walls to take away, got ${text}.`,
      "Write --walls=namespaces,filters or --walls=-runtime.",
    );
  const left = WALLS.filter((wall) => !named.includes(wall));
  if (left.length === 0)
    throw usageError(`--walls=${text} leaves no wall.`, "To run a program without walls, use node.");
  return left;
}

/** The warning for a run with fewer walls than there are; `undefined` if all are up. */
export function warnAboutWalls(walls: readonly WallName[] | undefined): string | undefined {
  const missing = walls === undefined ? [] : WALLS.filter((wall) => !walls.includes(wall));
  if (missing.length === 0) return undefined;
  const one = missing.length === 1;
  return `warning: without the wall${one ? "" : "s"} ${missing.join(" and ")}, as --walls asks. What only ${one ? "it holds" : "they hold"} is not held.`;
}

function toWall(word: string, text: string): WallName {
  const wall = WALLS.find((name) => name === word);
  if (wall !== undefined) return wall;
  const meant = nearest(word, WALLS);
  throw usageError(
    `--walls=${text}: expected ${WALLS.join(", ")}, got \`${word}\`.`,
    meant === undefined ? "Write --walls=namespaces,filters or --walls=-runtime." : `Did you mean ${meant}?`,
  );
}
