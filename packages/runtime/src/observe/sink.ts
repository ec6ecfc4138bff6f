// SPDX-License-Identifier: Apache-2.0
import { openSync, writeSync } from "node:fs";

/** Where uses go: what kind, and of what. */
export type Sink = (kind: string, resource: string) => void;

/** The variable that says where to: `fd:3` in the program itself, the path of that descriptor in its children. */
export const RECORD_VARIABLE = "CORDON_RECORD";
// A line of the supervisor's has 2304 bytes; below PIPE_BUF several processes can write to one pipe.
const LONGEST = 2000;

const write = writeSync;

/** Opens the pipe to the supervisor; undefined if whoever had it is gone. */
export function openPipe(place: string): number | undefined {
  if (place === "fd:3") return 3;
  try {
    return openSync(place, "a");
  } catch {
    return undefined; // The program that was recorded has ended before its child, which goes unrecorded from here.
  }
}

/** Tells each use once. */
export function createSink(pipe: number): Sink {
  const told = new Set<string>();
  return (kind, resource) => {
    const line = `used ${kind} ${resource.replaceAll(/[\n\0]/g, "?")}`;
    if (told.has(line) || Buffer.byteLength(line) > LONGEST) return;
    told.add(line);
    try {
      write(pipe, `${line}\n`);
    } catch {
      // The supervisor is gone, and with it whoever wanted to know.
    }
  };
}
