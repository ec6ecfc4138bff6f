// SPDX-License-Identifier: Apache-2.0
// How a started program, walled or not, is watched to its end.
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** What is kept of an output: hostile programs may write without end. */
const keptBytes = 512 * 1024;
/** No run takes this long; what does is stopped and counts as not run. */
const deadline = 20_000;

export interface Watched {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly exited: Promise<{ code: number | null; signal: string | null; limit?: string | undefined }>;
  readonly stop: () => unknown;
}

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly end: string;
  readonly killed: boolean;
  readonly survived: boolean;
}

function keep(stream: Readable | null): { text: () => string; closed: Promise<void> } {
  const chunks: Buffer[] = [];
  let length = 0;
  if (stream === null) return { text: () => "", closed: Promise.resolve() };
  stream.on("data", (chunk: Buffer) => {
    if (length < keptBytes) chunks.push(chunk);
    length += chunk.length;
  });
  const closed = new Promise<void>((resolve) => {
    stream.once("close", resolve);
    stream.once("end", resolve);
    stream.once("error", () => resolve());
  });
  return { text: () => Buffer.concat(chunks).toString("latin1"), closed };
}

/** Waits for the end, or for `survivesFor` milliseconds and then stops it. */
export async function watch(program: Watched, survivesFor: number | undefined): Promise<Ended> {
  const stdout = keep(program.stdout);
  const stderr = keep(program.stderr);
  const timer = new AbortController();
  const late = sleep(survivesFor ?? deadline, "late" as const, { signal: timer.signal }).catch(
    () => "late" as const,
  );
  const first = await Promise.race([program.exited, late]);
  timer.abort();
  if (first === "late") await program.stop();
  const exit = await program.exited;
  // A grandchild may hold the pipes open; what it would still say is not waited for.
  await Promise.race([Promise.all([stdout.closed, stderr.closed]), sleep(250)]);
  program.stdout?.destroy();
  program.stderr?.destroy();
  const end = exit.limit ?? exit.signal ?? `exit ${exit.code}`;
  return {
    stdout: stdout.text(),
    stderr: stderr.text(),
    end: first === "late" && survivesFor === undefined ? `no end within ${deadline} ms` : end,
    killed: exit.signal !== null,
    survived: first === "late" && survivesFor !== undefined,
  };
}
