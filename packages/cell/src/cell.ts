// SPDX-License-Identifier: Apache-2.0
import { EventEmitter, once } from "node:events";
import { Socket } from "node:net";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { CordonError } from "@cordon/policy";
import { cachedHost, type Plan } from "@cordon/walls";
import { startFailure } from "./failure.ts";
import type { CellOptions } from "./options.ts";
import { planFor } from "./plan-for.ts";
import { lineReader, parseStatusLine, type StatusEvent } from "./status-line.ts";
import { type Supervisor, startSupervisor } from "./supervisor.ts";
import { readUsage, type Usage } from "./usage.ts";

/** How a cell ended. */
export interface CellExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The limit that ended it. */
  readonly limit?: string;
  /** As a shell would say it: the code, or 128 + n for a signal. */
  readonly exitCode: number;
}

/** A refusal by the kernel's side. `resource` comes from inside the cell: escaped and bounded, but not to be believed. */
export interface CellDenial {
  readonly scope: string;
  readonly resource: string;
  readonly by: string;
  readonly count: number;
}

export interface CellEvents {
  ready: [];
  denied: [CellDenial];
  limit: [{ readonly limit: string; readonly value: number; readonly peak: number }];
  listening: [{ readonly port: number }];
  exited: [CellExit];
}

const CONNECT_DEADLINE = 5000;
const DEFAULT_GRACE = 5000;

function signalName(number: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found === undefined ? null : (found[0] as NodeJS.Signals);
}

/**
 * One running jailed program, with its supervisor.
 *
 * @example
 * await using cell = await Cell.start({ entry: "plugin.js", policy });
 * cell.on("denied", ({ scope, resource }) => console.log(scope, resource));
 * const { exitCode } = await cell.exited;
 */
export class Cell extends EventEmitter<CellEvents> implements AsyncDisposable {
  readonly name: string;
  readonly plan: Plan;
  /** Settles when the cell is gone, never rejects. */
  readonly exited: Promise<CellExit>;
  /** Settles when the program's own code begins; rejects if the cell ends before. */
  readonly ready: Promise<void>;
  #supervisor: Supervisor;
  #pid = 0;
  #limit: string | undefined;
  #requests = new Map<number, PromiseWithResolvers<Socket>>();
  #lastRequest = 0;

  private constructor(name: string, plan: Plan, supervisor: Supervisor, started: PromiseWithResolvers<void>) {
    super();
    this.name = name;
    this.plan = plan;
    this.#supervisor = supervisor;
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    // Whoever does not wait for it is told by `exited`.
    this.ready.catch(() => {});
    supervisor.status.on(
      "data",
      lineReader((line) => {
        const event = parseStatusLine(line);
        if (event !== undefined) this.#take(event, started, ready);
      }),
    );
    supervisor.process.on("message", (message, handle) => this.#takeSocket(message, handle));
    this.exited = this.#waitForEnd(started, ready);
  }

  /**
   * Starts a program in a cell.
   *
   * @returns once the program has been executed inside its walls
   * @throws CordonError `ERR_CELL_START` with step, errno and remedy; or what the policy and this host do not allow
   */
  static async start(options: CellOptions): Promise<Cell> {
    const plan = await planFor(options);
    const started = Promise.withResolvers<void>();
    const supervisor = startSupervisor(plan, options.stdio ?? "pipe", options.mode === "serve");
    const cell = new Cell(options.name ?? options.entry, plan, supervisor, started);
    try {
      await started.promise;
    } catch (failure) {
      // The machine may have changed since it was asked: then the plan itself is refused, with the reason.
      await planFor(options, await cachedHost({ refresh: true }));
      throw failure;
    }
    return cell;
  }

  /** The program's standard streams; `null` unless `stdio` is `pipe`. What comes out of them is untrusted. */
  get stdin(): Writable | null {
    return this.#supervisor.process.stdin;
  }
  get stdout(): Readable | null {
    return this.#supervisor.process.stdout;
  }
  get stderr(): Readable | null {
    return this.#supervisor.process.stderr;
  }

  /** The program's process, as this host numbers it. */
  get pid(): number {
    return this.#pid;
  }

  /** Sends a signal to the program. */
  signal(name: NodeJS.Signals): void {
    this.#command(`signal ${constants.signals[name]}`);
  }

  /**
   * Connects to a port that the app listens on in its own network (`serve`).
   *
   * @throws Error with the `code` of the connect, or `ETIMEDOUT` after 5 s
   */
  async connect(port: number): Promise<Socket> {
    const id = ++this.#lastRequest;
    const request = Promise.withResolvers<Socket>();
    const deadline = setTimeout(() => request.reject(connectError("ETIMEDOUT", port)), CONNECT_DEADLINE);
    this.#requests.set(id, request);
    this.#command(`connect ${id} ${port}`);
    try {
      return await request.promise;
    } finally {
      clearTimeout(deadline);
      this.#requests.delete(id);
    }
  }

  /** What the cell uses now. */
  async usage(): Promise<Usage> {
    return await readUsage(this.plan, this.#pid);
  }

  /**
   * Ends the cell: SIGTERM, and after `grace` milliseconds (default 5000) the end of every process in it.
   *
   * @returns how it ended
   */
  async stop({ grace = DEFAULT_GRACE }: { readonly grace?: number } = {}): Promise<CellExit> {
    if (grace > 0) this.signal("SIGTERM");
    const kill = setTimeout(() => this.#supervisor.control.destroy(), grace);
    try {
      return await this.exited;
    } finally {
      clearTimeout(kill);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #command(line: string): void {
    if (!this.#supervisor.control.destroyed) this.#supervisor.control.write(`${line}\n`);
  }

  #take(event: StatusEvent, started: PromiseWithResolvers<void>, ready: PromiseWithResolvers<void>): void {
    switch (event.event) {
      case "started":
        this.#pid = event.pid;
        started.resolve();
        break;
      case "ready":
        ready.resolve();
        this.emit("ready");
        break;
      case "listening":
        this.emit("listening", { port: event.port });
        break;
      case "denied":
        this.emit("denied", { scope: event.scope, resource: event.resource, by: event.by, count: 1 });
        break;
      case "limit":
        this.#limit = event.limit;
        this.emit("limit", { limit: event.limit, value: event.value, peak: event.peak });
        break;
      case "failed":
        started.reject(startFailure(event));
        break;
      case "exited":
        break; // the supervisor's own exit code says the same, and comes last
    }
  }

  // Only the supervisor writes to this channel; its answers have an id that we gave out.
  #takeSocket(message: unknown, handle: unknown): void {
    const { id, errno }: { id?: unknown; errno?: unknown } =
      typeof message === "object" && message !== null ? message : {};
    const request = typeof id === "number" ? this.#requests.get(id) : undefined;
    if (handle instanceof Socket) {
      if (request === undefined) handle.destroy();
      else request.resolve(handle);
    } else {
      request?.reject(connectError(typeof errno === "string" ? errno : "EIO", 0));
    }
  }

  async #waitForEnd(
    started: PromiseWithResolvers<void>,
    ready: PromiseWithResolvers<void>,
  ): Promise<CellExit> {
    const child = this.#supervisor.process;
    let code: number | null = null;
    let signal: NodeJS.Signals | null = null;
    try {
      // `close`, not `exit`: all that the program has written is there by then.
      [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    } catch (cause) {
      started.reject(
        new CordonError(
          "ERR_CELL_START",
          { step: "spawn", problem: String(cause) },
          { step: "spawn" },
          { cause },
        ),
      );
    }
    this.#supervisor.control.destroy();
    const lost = new CordonError(
      "ERR_CELL_START",
      { step: "supervise", problem: `the supervisor ended with ${signal ?? code}` },
      { step: "supervise" },
    );
    started.reject(lost);
    ready.reject(lost);
    for (const request of this.#requests.values()) request.reject(connectError("ECONNRESET", 0));
    const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    const byProgram = exitCode > 128 ? signalName(exitCode - 128) : null;
    const exit: CellExit = {
      code: byProgram === null ? exitCode : null,
      signal: byProgram,
      exitCode,
      ...(this.#limit === undefined ? {} : { limit: this.#limit }),
    };
    this.emit("exited", exit);
    return exit;
  }
}

function connectError(code: string, port: number): Error {
  return Object.assign(new Error(`connect ${code}: the app's port ${port}`), { code });
}
