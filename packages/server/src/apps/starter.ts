// SPDX-License-Identifier: Apache-2.0
import type { Policy } from "@cordon/policy";
import type { Duplex, Readable } from "node:stream";

/** What the server asks of a cell; `Cell.start` takes it as it is. */
export interface CellOptions {
  entry: string;
  directory: string;
  policy: Policy;
  env: Record<string, string>;
  mode: "serve";
  stdio: "pipe";
  name: string;
}

/** How a cell ended, as `@cordon/cell` tells it. */
export interface CellExit {
  code: number | null;
  signal: string | null;
  limit?: string | undefined;
  exitCode: number;
}

/** What the kernel or the runtime refused. Its strings come from inside the cell: untrusted. */
export interface CellDenial {
  scope: string;
  resource: string;
  by: string;
  count: number;
}

/** A limit that was met: it ended the cell, or refused what went beyond it, or slowed the cell down. */
export interface CellLimit {
  limit: string;
  effect: "ended" | "refused" | "slowed";
  by: string;
  value: number;
  peak: number;
  count: number;
  /** Of a limit of time: where the program was. */
  at?: readonly string[];
}

/** The part of a cell that the server uses. */
export interface RunningCell {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly exited: Promise<CellExit>;
  on(event: "listening", listener: (event: { port: number }) => void): unknown;
  on(event: "denied", listener: (event: CellDenial) => void): unknown;
  on(event: "limit", listener: (event: CellLimit) => void): unknown;
  connect(port: number): Promise<Duplex>;
  stop(options: { grace: number }): Promise<unknown>;
}

/** Starts one cell; rejects with a CordonError that names the step and the remedy. */
export type CellStarter = (options: CellOptions) => Promise<RunningCell>;
