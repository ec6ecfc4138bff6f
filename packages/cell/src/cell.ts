// SPDX-License-Identifier: Apache-2.0
import { EventEmitter, once } from "node:events";
import type { Socket } from "node:net";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { CordonError } from "@cordon/policy";
import { cachedHost, type Plan } from "@cordon/walls";
import { connectError, Connections } from "./connections.ts";
import { type CellExit, type CellLimit, exitOf } from "./exit.ts";
import { addFrames, ownFrames } from "./frames.ts";
import { startFailure } from "./failure.ts";
import { Freezer } from "./freezer.ts";
import { removeLeftovers } from "./leftovers.ts";
import { Narrower } from "./narrower.ts";
import type { CellOptions } from "./options.ts";
import { planFor } from "./plan-for.ts";
import { type RateUse, Rates } from "./rates.ts";
import { lineReader, parseStatusLine, type StatusEvent } from "./status-line.ts";
import { standBack, type Supervisor, startSupervisor } from "./supervisor.ts";
import { type NetworkUse, Traffic } from "./traffic.ts";
import { type Usage, UsageReader } from "./usage.ts";

/** A refusal by the kernel's side. `resource` comes from inside the cell: escaped and bounded, but not to be believed. */
export interface CellDenial {
  readonly scope: string;
  readonly resource: string;
  readonly by: string;
  readonly count: number;
  /** Of an address: the granted name that led to it. */
  readonly name?: string;
}

/** Something that a recorded program used, as the supervisor or the runtime saw it. docs/plan.md lists the uses. */
export type CellUse = Omit<Extract<StatusEvent, { event: "used" }>, "event">;

export interface CellEvents {
  ready: [];
  denied: [CellDenial];
  limit: [CellLimit];
  listening: [{ readonly port: number }];
  used: [CellUse];
  /** It does not run any more, until it is thawed. */
  frozen: [];
  thawed: [];
  exited: [CellExit];
}

const DEFAULT_GRACE = 5000;

/** Milliseconds; the supervisor itself gives up on whoever opens files for it after ten seconds. */
const HELD_UP = 15_000;

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
  #limit: CellLimit | undefined;
  /** Where the program was when a limit of time ended it; `undefined`: it has not told. */
  #frames: readonly string[] | undefined;
  #end: Extract<StatusEvent, { event: "exited" }> | undefined;
  #narrower: Narrower;
  #traffic: Traffic;
  #rates: Rates;
  #usage: UsageReader;
  #freezer: Freezer;
  #directory: string;
  /** `undefined` where nothing can be connected to: an app is reached in `serve` alone. */
  #connections: Connections | undefined;
  /** What waits to be told until whoever started the cell can listen; then `undefined`. */
  #untold: (() => void)[] | undefined = [];
  #listened = Promise.withResolvers<void>();

  private constructor(
    name: string,
    plan: Plan,
    supervisor: Supervisor,
    isServed: boolean,
    started: PromiseWithResolvers<void>,
  ) {
    super();
    this.name = name;
    this.plan = plan;
    this.#supervisor = supervisor;
    this.#narrower = new Narrower(plan, (line) => void this.#command(line));
    this.#traffic = new Traffic((id) => this.#command(`traffic ${id}`));
    this.#rates = new Rates(plan.rates, (id) => this.#command(`rates ${id}`));
    this.#usage = new UsageReader((id) => this.#command(`usage ${id}`));
    this.#freezer = new Freezer((line) => this.#command(line));
    this.#directory = plan.directory;
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
    if (isServed) {
      const connections = new Connections((id, port) => this.#command(`connect ${id} ${port}`));
      supervisor.process?.on("message", (message, handle) => connections.take(message, handle));
      this.#connections = connections;
    }
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
    const supervisor = await startSupervisor(plan, options.stdio ?? "pipe", options.mode === "serve");
    return await Cell.follow(options, plan, supervisor);
  }

  /** The cell of a supervisor that runs already. As {@link Cell.start}, which most callers want. */
  static async follow(options: CellOptions, plan: Plan, supervisor: Supervisor): Promise<Cell> {
    const started = Promise.withResolvers<void>();
    const isServed = options.mode === "serve";
    const cell = new Cell(options.name ?? options.entry, plan, supervisor, isServed, started);
    try {
      await started.promise;
    } catch (failure) {
      // The machine may have changed since it was asked: then the plan itself is refused, with the reason.
      const host = await cachedHost({ refresh: true });
      // Nothing is known anew where the jail cannot be asked either.
      if (host.jail.problem === undefined) await planFor(options, host);
      throw failure;
    } finally {
      setImmediate(() => cell.#tellFromNowOn());
    }
    return cell;
  }

  /** The program's standard streams; `null` unless `stdio` is `pipe`. What comes out of them is untrusted. */
  get stdin(): Writable | null {
    return this.#supervisor.process?.stdin ?? null;
  }
  get stdout(): Readable | null {
    return this.#supervisor.process?.stdout ?? null;
  }
  get stderr(): Readable | null {
    return this.#supervisor.process?.stderr ?? null;
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
   * @throws Error with the `code` of the connect: `ECONNREFUSED` where nothing listens, `ETIMEDOUT` after 5 s
   */
  async connect(port: number): Promise<Socket> {
    if (this.#connections === undefined || this.#supervisor.control.destroyed) {
      throw connectError(this.#connections === undefined ? "EOPNOTSUPP" : "ECONNRESET", port);
    }
    if (this.isFrozen) await this.thaw();
    return await this.#connections.open(port);
  }

  /** How many reports of refusals and uses did not get through. Known once the cell has ended. */
  get lost(): number {
    return this.#end?.lost ?? 0;
  }

  /**
   * Takes something away from the running program, for good: for all its threads and children, from outside.
   * Descriptors that are open stay open.
   *
   * @param scope as in `process.permission.drop`: `fs.read`, `net`, `child`, …
   * @param reference a path (relative to the cell's working directory), host, name, …; default: the whole scope
   * @throws CordonError `ERR_DROP_INVALID`, `ERR_DROP_NOT_ENFORCEABLE`, `ERR_DROP_NOT_HELD`: it was not taken away
   * @example
   * await cell.drop("net.connect", "10.0.0.0/8");
   */
  async drop(scope: string, reference?: string): Promise<void> {
    await this.#narrower.drop(scope, reference, this.#directory);
  }

  /** What the cell uses now, or has used in the end, and what it has used of the network. */
  async usage(): Promise<Usage & RateUse & { readonly network: NetworkUse }> {
    const [usage, rates, network] = await Promise.all([
      this.#usage.read(),
      this.#rates.read(),
      this.#traffic.read(),
    ]);
    return { ...usage, ...rates, network };
  }

  /**
   * Freezes the cell: none of its processes runs until it is thawed, nor does the time that its limits count. Its memory
   * stays. It thaws for {@link Cell.connect}, and to be stopped.
   *
   * @throws CordonError `ERR_FREEZE`: it goes on
   * @example
   * await cell.freeze();
   */
  async freeze(): Promise<void> {
    await this.#freezer.set(true);
  }

  /** Lets a frozen cell go on. */
  async thaw(): Promise<void> {
    await this.#freezer.set(false);
  }

  /** Whether it is frozen, or about to be. */
  get isFrozen(): boolean {
    return this.#freezer.isFrozen;
  }

  /**
   * Ends the cell: SIGTERM, and after `grace` milliseconds (default 5000) the end of every process in it. A supervisor
   * that does not come to it, because a file system of the host's holds it up, is killed 15 seconds later, and the cell
   * with it.
   *
   * @returns how it ended
   */
  async stop({ grace = DEFAULT_GRACE }: { readonly grace?: number } = {}): Promise<CellExit> {
    if (grace > 0) {
      this.signal("SIGTERM");
      if (this.isFrozen) void this.thaw().catch(() => {});
    }
    const { control, process: supervisor } = this.#supervisor;
    const end = setTimeout(() => control.destroy(), grace);
    const kill = setTimeout(() => supervisor?.kill("SIGKILL"), grace + HELD_UP);
    try {
      return await this.exited;
    } finally {
      clearTimeout(end);
      clearTimeout(kill);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #command(line: string): boolean {
    if (this.#supervisor.control.destroyed) return false;
    this.#supervisor.control.write(`${line}\n`);
    return true;
  }

  /** Events in their order, none before {@link Cell.start} has returned the cell. */
  #tell(emit: () => void): void {
    if (this.#untold === undefined) emit();
    else this.#untold.push(emit);
  }

  #tellFromNowOn(): void {
    const untold = this.#untold ?? [];
    this.#untold = undefined;
    this.#listened.resolve();
    for (const emit of untold) emit();
  }

  #take(event: StatusEvent, started: PromiseWithResolvers<void>, ready: PromiseWithResolvers<void>): void {
    switch (event.event) {
      case "started":
        this.#pid = event.pid;
        // Not before: what the supervisor starts would have the same priority.
        if (this.#connections !== undefined) standBack(this.#supervisor);
        started.resolve();
        break;
      case "ready":
        ready.resolve();
        this.#tell(() => this.emit("ready"));
        break;
      case "listening":
        this.#tell(() => this.emit("listening", { port: event.port }));
        break;
      case "denied": {
        const { scope, resource, by, name } = event;
        const denial = { scope, resource, by, count: 1, ...(name === undefined ? {} : { name }) };
        this.#tell(() => this.emit("denied", denial));
        break;
      }
      case "used": {
        const { event: _, ...use } = event;
        this.#tell(() => this.emit("used", use));
        break;
      }
      case "drop":
        this.#narrower.answer(event);
        break;
      case "narrowed":
        this.#narrower.take(event);
        break;
      case "traffic":
      case "counted":
        this.#traffic.take(event);
        break;
      case "rates":
        this.#rates.take(event);
        break;
      case "frame":
        this.#frames = addFrames(this.#frames ?? [], event.text);
        break;
      case "limit": {
        const { event: _, ...told } = event;
        const frames = this.#frames;
        const met = frames === undefined ? told : { ...told, at: ownFrames(frames) };
        if (met.effect === "ended") this.#limit = met;
        this.#tell(() => this.emit("limit", met));
        break;
      }
      case "usage": {
        const { event: _, ...counted } = event;
        this.#usage.take(counted);
        break;
      }
      case "frozen": {
        this.#freezer.take(event);
        const name = event.frozen ? "frozen" : "thawed";
        if (event.errno === "") this.#tell(() => this.emit(name));
        break;
      }
      case "failed":
        started.reject(startFailure(event));
        break;
      case "exited":
        this.#end = event;
        break;
    }
  }

  async #waitForEnd(
    started: PromiseWithResolvers<void>,
    ready: PromiseWithResolvers<void>,
  ): Promise<CellExit> {
    const { process: child, status } = this.#supervisor;
    let code: number | null = null;
    let signal: NodeJS.Signals | null = null;
    try {
      // `close`, not `exit`: all that the program has written is there by then.
      if (child === null) await once(status, "close");
      else [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
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
    this.#connections?.close();
    this.#traffic.close();
    this.#rates.close();
    this.#usage.close();
    this.#freezer.close();
    this.#narrower.close();
    if (signal !== null || (child === null && this.#end === undefined)) await removeLeftovers(this.plan);
    await this.#listened.promise;
    const exit = exitOf(this.#end, { code, signal }, this.#limit);
    this.emit("exited", exit);
    return exit;
  }
}
