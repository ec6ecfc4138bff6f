// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync, type SpawnOptionsWithoutStdio, type SpawnSyncReturns } from "node:child_process";
import { chownSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";

const command = join(import.meta.dirname, "../../bin/cordon.js");
const DEADLINE_MS = 60_000;
/** Nobody's uid in particular: it owns nothing on this machine. */
const ORDINARY = 64_002;

export type User = "root" | "ordinary";

/** Those that this machine can be tried as: an ordinary user cannot become root. */
export const users: readonly User[] = process.getuid?.() === 0 ? ["root", "ordinary"] : ["ordinary"];

/** A directory that the user alone may enter, with these files, removed after the test. */
export function ownDirectory(
  context: TestContext,
  user: User,
  files: Readonly<Record<string, string>>,
): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "cordon-cli-")));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(path, name), contents);
  if (user === "ordinary" && process.getuid?.() === 0) {
    for (const name of Object.keys(files)) chownSync(join(path, name), ORDINARY, ORDINARY);
    chownSync(path, ORDINARY, ORDINARY);
  }
  return path;
}

/** `cordon run …` as that user. */
export function cordonRun(
  user: User,
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): SpawnSyncReturns<string> {
  const common = settings(user, directory);
  return spawnSync(process.execPath, [command, "run", ...args], {
    ...common,
    env: { ...common.env, ...environment },
    encoding: "utf8",
  });
}

/** The same, while this process goes on: it may be a server that the program asks. */
export async function startCordonRun(
  user: User,
  directory: string,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [command, "run", ...args], settings(user, directory));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr };
}

/** How a process of that user is started. */
export function settings(user: User, directory: string): SpawnOptionsWithoutStdio {
  const isOther = user === "ordinary" && process.getuid?.() === 0;
  return {
    ...(isOther ? { uid: ORDINARY, gid: ORDINARY } : {}),
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: directory },
    timeout: DEADLINE_MS,
  };
}
