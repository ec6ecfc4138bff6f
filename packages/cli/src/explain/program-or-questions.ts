// SPDX-License-Identifier: Apache-2.0
import { existsSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { findProgram, isScript } from "../program/find.ts";

/** What stands behind the options of `cordon explain`. */
export interface Subject {
  /** The program that is explained, and its arguments. */
  readonly program: readonly string[];
  readonly questions: readonly string[];
}

const SCRIPTS = new Set([".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"]);

/**
 * Tells a program from questions by the first word: what `cordon run` would run as a script is the program, and all after
 * it its arguments; otherwise every word is a question. Where `--ask` has asked, the words are the program's.
 */
export function programOrQuestions(
  words: readonly string[],
  asked: readonly string[],
  directory: string,
): Subject {
  const [first] = words;
  if (first === undefined || asked.length > 0 || isProgram(first, directory)) {
    return { program: words, questions: asked };
  }
  return { program: [], questions: words };
}

function isProgram(word: string, directory: string): boolean {
  if (/^[a-z.-]+:/.test(word)) return false;
  const path = resolve(directory, word);
  // A script that is missing is a program with a mistake in its name, and no question.
  if (SCRIPTS.has(extname(path)) && !statIsDirectory(path)) return true;
  if (!existsSync(path) && word.includes("/") && !existsSync(`${path}.js`)) return false;
  try {
    return isScript(findProgram(word, directory));
  } catch {
    return false; // no such program, or none for Node: then it is something to ask about
  }
}

function statIsDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
