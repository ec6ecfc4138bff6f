// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { CordonError } from "@cordon/policy";
import type { Plan } from "@cordon/walls";
import type { OciRuntime } from "@cordon/walls/oci";
import { type CellExit, limitError } from "../exit.ts";
import type { CellOptions } from "../options.ts";
import { containerFor } from "./container-for.ts";
import type { FoundRuntime } from "./find-runtime.ts";
import { bundleIn, removeDirectory, type Running, startRuntime } from "./running.ts";
import { logOf } from "./runtime-arguments.ts";
import { startProblem } from "./start-problem.ts";
import { writeBundle } from "./write-bundle.ts";

/** What to run, and what runs it. */
export interface ContainerRun extends CellOptions {
  readonly with: FoundRuntime;
}

const DEFAULT_GRACE = 5000;
const FIRST_SIGNAL = 128;

/**
 * A program in a container of an OCI runtime's: as a {@link Cell}, as far as the runtime has it. What the program is
 * refused it hears in its own errors; nobody tells the host.
 *
 * @example
 * const container = await Container.start({ entry: "plugin.js", policy, with: findRuntime("runsc", process.env.PATH) });
 * const { exitCode } = await container.exited;
 */
export class Container implements AsyncDisposable {
  readonly plan: Plan;
  /** Settles when the container and its bundle are gone; rejects with `ERR_CELL_START` if the program never began. */
  readonly exited: Promise<CellExit>;
  #running: Running;

  private constructor(plan: Plan, running: Running, exited: Promise<CellExit>) {
    this.plan = plan;
    this.#running = running;
    this.exited = exited;
  }

  /**
   * Writes a bundle into a directory of its own, and has the runtime run it.
   *
   * @throws CordonError for what does not carry over; nothing is left behind then
   */
  static async start(options: ContainerRun): Promise<Container> {
    const { runtime } = options.with;
    const directory = mkdtempSync(join(tmpdir(), "cordon-oci-"));
    try {
      const bundle = bundleIn(directory);
      mkdirSync(bundle);
      // In a container of root's the program is another user: it enters, and finds its root.
      chmodSync(directory, 0o711);
      const made = await containerFor(options, runtime, bundle, true);
      writeBundle(bundle, made.bundle);
      const hasResources = made.bundle.config.linux.resources !== undefined;
      const running = startRuntime(directory, options.with, hasResources, options.stdio ?? "pipe");
      const exited = waitForEnd(running, runtime, directory, options.policy.limits.wallTime);
      // Whoever does not wait for it has `stop`.
      exited.catch(() => {});
      return new Container(made.plan, running, exited);
    } catch (error) {
      await removeDirectory(directory);
      throw error;
    }
  }

  /** The program's standard streams; `null` unless `stdio` is `pipe`. What comes out of them is untrusted. */
  get stdin(): Writable | null {
    return this.#running.process.stdin;
  }
  get stdout(): Readable | null {
    return this.#running.process.stdout;
  }
  get stderr(): Readable | null {
    return this.#running.process.stderr;
  }

  /** Sends a signal to the program. */
  signal(name: NodeJS.Signals): void {
    this.#running.signal(name);
  }

  /** Ends the container: SIGTERM, and after `grace` milliseconds (default 5000) the end of every process in it. */
  async stop({ grace = DEFAULT_GRACE }: { readonly grace?: number } = {}): Promise<CellExit> {
    if (grace > 0) this.signal("SIGTERM");
    const kill = setTimeout(() => this.#running.end(), grace);
    try {
      return await this.exited;
    } finally {
      clearTimeout(kill);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
  }
}

async function waitForEnd(
  running: Running,
  runtime: OciRuntime,
  directory: string,
  wallTime: number | undefined,
): Promise<CellExit> {
  const late = new AbortController();
  const timer =
    wallTime === undefined
      ? undefined
      : setTimeout(() => {
          late.abort();
          running.end();
        }, wallTime);
  try {
    const { code, signal } = await running.ended();
    const problem = late.signal.aborted ? undefined : startProblem(runtime, code, readLog(directory));
    if (problem !== undefined)
      throw new CordonError("ERR_CELL_START", { step: runtime, problem }, { step: runtime });
    return exitOf(code, signal, late.signal.aborted ? wallTime : undefined);
  } finally {
    clearTimeout(timer);
    await running.remove();
  }
}

/** The container's first process ends with 128 + n where signal n has ended the program (jail/src/container). */
function exitOf(code: number | null, killed: NodeJS.Signals | null, wallTime: number | undefined): CellExit {
  const number = killed === null ? (code ?? 0) - FIRST_SIGNAL : constants.signals[killed];
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  const signal = found === undefined ? null : (found[0] as NodeJS.Signals);
  const end =
    signal === null
      ? { code, signal, exitCode: code ?? 0 }
      : { code: null, signal, exitCode: FIRST_SIGNAL + number };
  if (wallTime === undefined) return end;
  const met = {
    limit: "wallTime",
    effect: "ended",
    by: "the command",
    value: wallTime,
    peak: wallTime,
    count: 1,
  } as const;
  return { ...end, limit: met.limit, error: limitError(met) };
}

function readLog(directory: string): string {
  try {
    return readFileSync(logOf(directory), "utf8");
  } catch {
    return ""; // nothing was said
  }
}
