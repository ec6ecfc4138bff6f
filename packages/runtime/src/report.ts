// SPDX-License-Identifier: Apache-2.0
import { fstatSync, writeSync } from "node:fs";
import type { Denial } from "@cordon/policy";
import { withOwnBuiltins } from "./pristine.ts";

/** The pipe to the supervisor. When it has heard from us, native code can no longer be mapped (unless granted). */
export const REPORT = 3;
/** The pipe on which the supervisor answers. */
export const ANSWER = 4;
const LONGEST = 500;

// As they were before the program could replace them.
const write = writeSync;
const stat = fstatSync;

/** Which files the two pipes are. A program may close any descriptor and get another file under the same number. */
export interface PipeIdentity {
  readonly report: string;
  readonly answer: string;
}

let pipes: PipeIdentity | undefined;

/** Tells the supervisor that the walls of this process stand: the preload's last act. */
export function reportReady(): void {
  write(REPORT, "ready\n");
  pipes = { report: identityOf(REPORT), answer: identityOf(ANSWER) };
}

/** What a worker is told: it has the descriptors of its process. */
export function pipeIdentity(): PipeIdentity | undefined {
  return pipes;
}

/** Takes over, in a worker, what {@link pipeIdentity} gave. */
export function usePipes(identity: PipeIdentity | undefined): void {
  pipes = identity;
}

/** Whether both pipes are still those to the supervisor. */
export function isOurs(): boolean {
  try {
    return pipes !== undefined && identityOf(REPORT) === pipes.report && identityOf(ANSWER) === pipes.answer;
  } catch {
    return false; // closed by the program
  }
}

function identityOf(descriptor: number): string {
  // Big numbers: after small ones of a pipe, Node up to 22 takes links for files (see cell.ts).
  const { dev, ino } = stat(descriptor, { bigint: true });
  return `${dev}:${ino}`;
}

/**
 * Tells the supervisor what was refused here, for the host's event stream: the kernel never hears of it. What the
 * broker reports by itself is left out.
 */
export function reportDenial(denial: Denial): void {
  const { scope } = denial;
  if (scope !== "net.connect" && scope !== "net.listen") report(denial);
}

/** Of a name that was looked up to connect to it the broker does not hear the port; with it the grant is narrower. */
export function reportNamedPort(denial: Denial): void {
  report(denial);
}

/** Tells the supervisor that a limit was met which only the program hears of. */
export function reportLimit(name: string): void {
  send(`limit ${name}`);
}

function report({ scope, resource }: Denial): void {
  send(`denied ${scope} ${withOwnBuiltins(() => resource.replace(/[\n\0]/g, "?").slice(0, LONGEST))}`);
}

function send(line: string): void {
  if (pipes === undefined) return;
  try {
    if (identityOf(REPORT) !== pipes.report) return;
    withOwnBuiltins(() => write(REPORT, `${line}\n`));
  } catch {
    // Closed by the program, or full because it is refused more than the host can hear: the refusal stands all the same.
  }
}
