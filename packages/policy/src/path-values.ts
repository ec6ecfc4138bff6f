// SPDX-License-Identifier: Apache-2.0
import { normalisePath } from "./paths.ts";
import { checkText, expected, Malformed } from "./values.ts";

/** Reads a path as written in a rule. `*` alone is everything; otherwise one may stand at the end. */
export function parsePath(text: string, directory: string): string {
  checkText(text, "a path");
  const star = text.indexOf("*");
  if (star >= 0 && star < text.length - 1) {
    const suggestion = /^(.+)\/\*\*(\/\*)?$/.exec(text)?.[1];
    const remedy = suggestion === undefined ? "" : ` A directory covers all below it: write ${suggestion}.`;
    throw new Malformed(`Expected \`*\` only at the end of a path, got \`${text}\`.${remedy}`);
  }
  if (text === "~" || text.startsWith("~/")) {
    throw new Malformed(
      `Expected a path, got \`${text}\`: \`~\` is the shell's, and means nothing here. Write the home directory out.`,
    );
  }
  if (star < 0) return normalisePath(text, directory);
  // The components before the star are normalised without it: `a/../b*` is `b*`.
  const slash = text.lastIndexOf("/");
  const parent = normalisePath(text.slice(0, slash + 1) || ".", directory);
  const last = text.slice(slash + 1);
  if (last === "*" && (parent === "/" || text === "*")) return "/";
  return `${parent === "/" ? "" : parent}/${last}`;
}

/** Reads a program: a path if it holds a slash, otherwise a name to be looked up on PATH; `*` is any program. */
export function parseProgram(text: string, directory: string): string {
  checkText(text, "a program");
  if (text === "*") return "*";
  if (text.includes("/")) return parsePath(text, directory);
  if (text.includes("*")) throw expected("a program's full name, a path, or `*` for any program", text);
  if (text === "." || text === "..") throw expected("a program's name or path", text);
  return text;
}

/** Reads the hash that pins a file. */
export function parseHash(value: unknown): string {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/i.test(value)) {
    throw expected("a SHA-256 hash of 64 hexadecimal digits", value);
  }
  return value.toLowerCase();
}
