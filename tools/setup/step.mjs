// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What stops the set-up, in one line that ends with the remedy. */
export class SetupError extends Error {}

/**
 * Runs one command of the set-up. Its output is shown only when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd: string, env?: NodeJS.ProcessEnv, remedy: string}} options
 */
export function runOrFail(command, args, { cwd, env = process.env, remedy }) {
  const done = spawnSync(command, args, { cwd, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ""}${done.stderr ?? ""}`);
  const ending = done.error?.message ?? (done.signal ? `signal ${done.signal}` : `exit code ${done.status}`);
  throw new SetupError(`\`${[command, ...args].join(" ")}\` ended with ${ending}. ${remedy}`);
}

/**
 * The first of these names that is an executable on PATH.
 * @param {readonly string[]} names
 * @returns {string | undefined}
 */
export function findProgram(names) {
  const directories = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  return names.find((name) =>
    (name.includes("/") ? [name] : directories.map((directory) => join(directory, name))).some(isExecutable),
  );
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Refuses in words before npm or make would fail half-way: an ordinary user may well use a checkout that root has set up.
 * @param {string} path
 */
export function requireWritable(path) {
  try {
    accessSync(path, constants.W_OK);
  } catch {
    throw new SetupError(
      `${path} is out of date and this user may not write to it. Run \`npm run setup\` once as its owner.`,
    );
  }
}
