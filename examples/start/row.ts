// SPDX-License-Identifier: Apache-2.0
import { styleText } from "node:util";

/** One line of the table. */
export interface Row {
  app: string;
  what: string;
  status: string;
  result: string;
  ok: boolean;
}

/** Prints rows as a table on stdout, in colours where that is a terminal. */
export function printTable(rows: readonly Row[]): void {
  const cells = [
    { app: "app", what: "asked", status: "status", result: "result", ok: true },
    ...rows.map((row) => ({ ...row, result: `${row.ok ? "✓" : "✗"} ${row.result}` })),
  ];
  const width = (of: (row: Row) => string): number => Math.max(...cells.map((row) => of(row).length));
  const [app, what, status] = [width((row) => row.app), width((row) => row.what), width((row) => row.status)];
  for (const [index, row] of cells.entries()) {
    const line = `${row.app.padEnd(app)}  ${row.what.padEnd(what)}  ${row.status.padEnd(status)}  ${row.result}`;
    console.log(index === 0 ? styleText("bold", line) : row.ok ? line : styleText("red", line));
  }
}
