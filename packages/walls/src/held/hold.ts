// SPDX-License-Identifier: Apache-2.0
import type { WallName } from "@cordon/policy";
import type { Level } from "../host/index.ts";

/** What holds: one of the walls, or the way in which a cell is started, which no `--walls` takes away. */
export type Holder = WallName | "start";

/** What one wall of a plan does about one access. */
export interface Hold {
  readonly wall: Holder;
  /** Whether this wall, asked alone, lets the access through. */
  readonly passes: boolean;
  /** How much of the rule this wall enforces in this plan, if the others were not there. */
  readonly level: Level;
  /** By what, in words. */
  readonly by: string;
}

/** It lets this through, and holds all else that the rule does not name. */
export const open = (wall: Holder, level: Level, by: string): Hold => ({ wall, passes: true, level, by });

/** It refuses this by itself. */
export const closed = (wall: Holder, by: string, level: Level = "full"): Hold => ({
  wall,
  passes: false,
  level,
  by,
});

/** It has no say in this. */
export const blind = (wall: Holder, by: string): Hold => ({ wall, passes: true, level: "none", by });

/** It was taken away. */
export const absent = (wall: Holder): Hold => blind(wall, "taken away with --walls");
