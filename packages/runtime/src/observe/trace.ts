// SPDX-License-Identifier: Apache-2.0

const MOST_FRAMES = 6;
const LONGEST_FRAME = 180;
const { captureStackTrace } = Error;

/** Where JavaScript asked: its own frames, the innermost first, without Node's and Cordon's. */
export function framesNow(own: string): readonly string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    // What the program makes of stacks is for its own errors.
    Reflect.deleteProperty(Error, "prepareStackTrace");
    Error.stackTraceLimit = 40;
    captureStackTrace(holder);
    return framesOf(holder.stack, own);
  } finally {
    if (prepareStackTrace !== undefined) Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The frames of a stack's text. */
export function framesOf(stack: unknown, own: string): readonly string[] {
  if (typeof stack !== "string") return [];
  const frames = stack.split("\n").flatMap((line) => /^\s+at (.+)$/.exec(line)?.[1] ?? []);
  return frames
    .filter((frame) => !/(?:^|\()node:/.test(frame) && !frame.includes(own))
    .slice(0, MOST_FRAMES)
    .map((frame) => frame.slice(0, LONGEST_FRAME));
}
