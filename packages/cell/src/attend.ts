// SPDX-License-Identifier: Apache-2.0
import { Socket } from "node:net";
import { Cell } from "./cell.ts";
import { LEFT, type Left } from "./handover.ts";

const STATUS = 3;
const CONTROL = 4;

/**
 * The other half of `handOver`: takes up the cell that this process was started to attend.
 *
 * @returns the cell, which may have ended by now, and what was said about it
 * @throws CordonError `ERR_CELL_START` if it never started
 */
export async function attend<A>(): Promise<{ readonly cell: Cell; readonly about: A }> {
  const { options, plan, about } = JSON.parse(process.env[LEFT] ?? "") as Left<A>;
  delete process.env[LEFT];
  const status = new Socket({ fd: STATUS, readable: true, writable: false });
  const control = new Socket({ fd: CONTROL, readable: false, writable: true });
  control.on("error", () => {});
  return { cell: await Cell.follow(options, plan, { process: null, status, control }), about };
}
