// SPDX-License-Identifier: Apache-2.0
import type { CellStarter } from "./apps/starter.ts";

/** Starts a real cell. */
export const startCell: CellStarter = async () => {
  throw new Error("cells are not built yet");
};
