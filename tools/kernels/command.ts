// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

const MOST_OUTPUT = 64 * 1024 * 1024;

/** Runs a program of this machine to its end and returns what it printed; throws with its own words if it fails. */
export function run(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): string {
  return execFileSync(program, words, {
    encoding: "utf8",
    maxBuffer: MOST_OUTPUT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C", ...environment },
  });
}

/**
 * The words that start a program out of unpacked packages, with the libraries and the dynamic linker that came with
 * it: nothing of it is installed here, and this machine's own libc may be another.
 */
export function unpacked(root: string, program: string): readonly [string, ...string[]] {
  const [libc] = globSync("{usr/,}lib/*/libc.so.6", { cwd: root });
  const [linker] = globSync("{usr/,}lib/*/ld-linux-*.so.*", { cwd: root });
  if (libc === undefined || linker === undefined)
    throw new Error(`Expected a libc with its dynamic linker below ${root}, got none.`);
  const triplet = libc.split("/").at(-2) ?? "";
  const libraries = [`lib/${triplet}`, `usr/lib/${triplet}`, `usr/lib/${triplet}/pulseaudio`];
  const path = libraries.map((directory) => join(root, directory)).join(":");
  return [join(root, linker), "--library-path", path, join(root, program)];
}
