// SPDX-License-Identifier: Apache-2.0

/** Printed in place of a value in an error: short, quoted and without control characters. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    const text = value.length > 60 ? `${value.slice(0, 57)}…` : value;
    return `\`${text.replace(/[\p{Cc}\p{Cf}]/gu, "\uFFFD")}\` (string)`;
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  return typeof value === "number" || typeof value === "boolean"
    ? `\`${value}\` (${typeof value})`
    : typeof value;
}

/** Thrown by the parsers of single values; whoever knows the flag or the JSON path turns it into a CordonError. */
export class Malformed extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = "Malformed";
  }
}

/** Says what was expected and what came. */
export function expected(what: string, got: unknown): Malformed {
  return new Malformed(`Expected ${what}, got ${show(got)}.`);
}

/** No value in a policy is longer. Linux's PATH_MAX is 4096. */
export const maxValueLength = 4096;
/** No list in a policy is longer. */
export const maxRules = 256;

/** Refuses text that is empty, too long or holds what could not be a path or a name. */
export function checkText(text: string, what: string): void {
  if (text === "") throw expected(what, text);
  if (text.length > maxValueLength) {
    throw new Malformed(`Expected ${what} of at most ${maxValueLength} characters, got ${text.length}.`);
  }
  // They have no place in a name that is printed, logged and handed on as a line of text.
  if (/\p{Cc}/u.test(text)) throw new Malformed(`Expected ${what}, got text with control characters.`);
  if (/\p{Cs}/u.test(text)) throw new Malformed(`Expected ${what}, got text that is not valid Unicode.`);
}
