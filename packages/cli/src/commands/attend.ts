// SPDX-License-Identifier: Apache-2.0
import { attend as attendCell } from "@cordon/cell";
import { type Story, tellEnding } from "../run/ending.ts";

/** Not for people: the supervisor of a `cordon run` starts it when there is something to tell or to decide. */
export async function attend(): Promise<number> {
  const { cell, about } = await attendCell<Story>();
  return await tellEnding(cell, about);
}
