// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { setPriority } from "node:os";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { CordonError } from "@cordon/policy";
import { encodePlan, jailPath, type Plan } from "@cordon/walls";
import { startFailure } from "./failure.ts";

/** What the program's descriptors 0, 1 and 2 are. */
export type CellStdio = "inherit" | "pipe" | "ignore";

/** A running supervisor and the host's ends of what connects the two. */
export interface Supervisor {
  /** `null` where this process attends a supervisor that it did not start. */
  readonly process: ChildProcess | null;
  readonly status: Readable;
  /** Command lines; its end ends the cell. */
  readonly control: Writable;
}

const PLAN = 3;
const STATUS = 4;
const CONTROL = 5;
const CHANNEL = 6;

// A tenth of the weight of what runs with nice 0: enough to answer at once where nobody else wants the processor.
const STANDING_BACK = 10;

/**
 * Makes a supervisor yield to the host and to other cells. What a program has its broker do (a thousand connects, say)
 * is work of a process that is in no control group of the cell's: it must not take more of the processor than the cell.
 */
export function standBack({ process }: Supervisor): void {
  try {
    if (process?.pid !== undefined) setPriority(process.pid, STANDING_BACK);
  } catch {
    // It has ended already.
  }
}

/** A machine that has no process or descriptor left says so to whoever wants a cell, and to nobody else. */
function spawnFailure(cause: unknown): CordonError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return startFailure({ event: "failed", step: "spawn", errno: code, resource: jailPath });
}

function spawnJail(args: readonly string[], stdio: StdioOptions): ChildProcess {
  try {
    return spawn(jailPath, args, { stdio, detached: true, env: {}, cwd: "/" });
  } catch (cause) {
    throw spawnFailure(cause);
  }
}

/**
 * Starts a supervisor with a plan.
 *
 * @throws CordonError `ERR_CELL_START` where no process can be had
 */
export async function startSupervisor(
  plan: Plan,
  stdio: CellStdio,
  withChannel: boolean,
): Promise<Supervisor & { readonly process: ChildProcess }> {
  const pipes: StdioOptions = [stdio, stdio, stdio, "pipe", "pipe", "pipe"];
  const args = [`--plan=${PLAN}`, `--status=${STATUS}`, `--control=${CONTROL}`];
  if (withChannel) {
    pipes.push("ipc");
    args.push(`--channel=${CHANNEL}`);
  }
  // In a session of its own: what a terminal sends to its foreground group reaches the host, which passes it on once.
  const process = spawnJail(args, pipes);
  // Node tells why a little later, and throws what nobody listens for. Without descriptors there are no streams either.
  if (process.pid === undefined) {
    const [cause] = (await once(process, "error")) as [unknown];
    for (const stream of process.stdio ?? []) stream?.destroy();
    throw spawnFailure(cause);
  }
  // Node types the first five alone; each of ours is the duplex stream that "pipe" makes.
  const ends: readonly unknown[] = process.stdio;
  const input = ends[PLAN] as Writable;
  const status = ends[STATUS] as Readable;
  const control = ends[CONTROL] as Writable;
  // A supervisor that ends early closes its ends; why it did so comes by status and exit code.
  for (const stream of [input, control]) stream.on("error", () => {});
  input.end(encodePlan(plan));
  process.channel?.unref();
  return { process, status, control };
}
