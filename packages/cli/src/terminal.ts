// SPDX-License-Identifier: Apache-2.0
import { fstatSync } from "node:fs";

export const STDERR = 2;

/** Pipes and files are none, and /dev/null (major 1, memory devices) is none: only for the rest is it worth 3 ms to ask. */
export function isTerminal(descriptor: number): boolean {
  const status = fstatSync(descriptor);
  if (!status.isCharacterDevice() || status.rdev >> 8 === 1) return false;
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/** Puts one line of Cordon's own on stderr, marked as such. */
export function say(line: string): void {
  process.stderr.write(`cordon: ${line}\n`);
}

const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** What came out of a cell, fit to be shown: no control character reaches the terminal, and no line is endless. */
export function printable(text: string, most = 300): string {
  const clean = text.replace(
    CONTROLS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return clean.length <= most ? clean : `${clean.slice(0, most)}…`;
}
