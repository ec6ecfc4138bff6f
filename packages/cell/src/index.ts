// SPDX-License-Identifier: Apache-2.0
export { Cell, type CellDenial, type CellEvents, type CellExit, type CellOptions, planFor } from "./cell.ts";
export { jailPath } from "@cordon/walls";
export type { CellStdio } from "./supervisor.ts";
export type { Usage } from "./usage.ts";
