// SPDX-License-Identifier: Apache-2.0
export { Cell, type CellDenial, type CellEvents, type CellExit, type CellOptions, planFor } from "./cell.ts";
export { type CellStdio, jailPath } from "./supervisor.ts";
export type { Usage } from "./usage.ts";
