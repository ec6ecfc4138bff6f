// SPDX-License-Identifier: Apache-2.0

export { jailPath } from "@cordon/walls";
export { attend } from "./attend.ts";
export { Cell, type CellDenial, type CellEvents, type CellUse } from "./cell.ts";
export type { CellExit, CellLimit } from "./exit.ts";
export type { CellOptions } from "./options.ts";
export { planFor } from "./plan-for.ts";
export type { RateUse } from "./rates.ts";
export type { CellStdio } from "./supervisor.ts";
export type { DestinationUse, NetworkUse } from "./traffic.ts";
export type { Usage } from "./usage.ts";
