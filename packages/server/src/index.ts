// SPDX-License-Identifier: Apache-2.0
export type { CellDenial, CellExit, CellOptions, CellStarter, RunningCell } from "./apps/starter.ts";
export type { ServerLimits, ServerOptions } from "./options.ts";
export { type CordonServer, createServer } from "./server.ts";
export { type ServeOptions, serve } from "./serve.ts";
export { packDirectory } from "./upload/pack.ts";
