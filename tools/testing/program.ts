// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** What a program printed (both streams, in one text) and how it ended. */
export interface Outcome {
  readonly output: string;
  readonly exitCode: number;
}

/** Runs a program to its end with nothing on stdin. */
export async function runProgram(
  command: string,
  args: readonly string[],
  directory: string,
): Promise<Outcome> {
  const child = spawn(command, args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = (await ended) as [number | null, string | null];
  return {
    output: `${stdout}${stderr}${signal === null ? "" : `ended by ${signal}\n`}`,
    exitCode: code ?? 1,
  };
}
