// SPDX-License-Identifier: Apache-2.0

import { runtimeDirectory } from "@cordon/runtime";

const MOST_FRAMES = 32;
const LONGEST = 300;

/**
 * The frames in a line of a stack as V8 prints it: one, or up to V8 11 (Node 20) all of them without anything between
 * them. A program names its functions and files as it likes: the text is shown, and nothing rests on it.
 */
export function framesOf(line: string): string[] {
  return line
    .split(/(?<=:\d{1,10}:\d{1,10}\)?|\(<anonymous>\))(?=[^\d)\s:])/)
    .slice(0, MOST_FRAMES)
    .map((frame) => frame.trim().slice(0, LONGEST))
    .filter((frame) => frame !== "");
}

/** Adds what came with one more line, up to a bound. */
export function addFrames(frames: readonly string[], line: string): readonly string[] {
  return [...frames, ...framesOf(line)].slice(0, MOST_FRAMES);
}

/**
 * The frames of the program's own: those of Node's modules and of the cell's runtime, which had loaded, started or
 * served it, say nothing of it.
 */
export function ownFrames(frames: readonly string[]): readonly string[] {
  return frames.filter((frame) => !/(^|\()node:/.test(frame) && !frame.includes(`${runtimeDirectory}/`));
}

/** The innermost frame that has a place in a file; else the innermost. */
export function firstPlace(frames: readonly string[]): string | undefined {
  return frames.find((frame) => /:\d+:\d+\)?$/.test(frame)) ?? frames[0];
}
