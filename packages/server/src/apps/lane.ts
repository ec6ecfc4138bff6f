// SPDX-License-Identifier: Apache-2.0
import { once, setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { CordonError, isCordonError } from "@cordon/policy";
import type { AppEvents } from "../observe/events.ts";
import type { AppLog } from "../observe/log.ts";
import type { ServerLimits } from "../options.ts";
import type { AppRecord } from "../store/store.ts";
import { backoff, healthyAfter } from "./backoff.ts";
import { CellAgent } from "./agent.ts";
import { Requests } from "./requests.ts";
import type { CellExit, CellOptions, CellStarter, RunningCell } from "./starter.ts";

/** Where an app is on its way. */
export type LaneState =
  | { name: "idle" }
  | { name: "starting" }
  | { name: "running"; port: number; agent: CellAgent }
  /** Crashed; starts again at `until` (milliseconds since 1970). */
  | { name: "waiting"; until: number; failures: number }
  | { name: "stopped" };

/** What a lane needs from its surroundings. */
export interface LaneContext {
  limits: ServerLimits;
  startCell: CellStarter;
  /** Resolves what to run; called before every start, since a tenant's policy may have changed. */
  prepare: (app: AppRecord) => Promise<CellOptions>;
  events: AppEvents;
  log: AppLog;
}

// A request waits for a restart that is this near; for a later one its client is told to come back.
const worthWaiting = 1000;

/** Keeps one version of one app running: one cell at a time, started again when it ends. */
export class Lane implements AsyncDisposable {
  readonly app: AppRecord;
  readonly requests: Requests;
  readonly #context: LaneContext;
  readonly #stop = new AbortController();
  readonly #changed = new EventTarget();
  #state: LaneState = { name: "idle" };
  #running: Promise<void> | undefined;

  constructor(app: AppRecord, context: LaneContext) {
    this.app = app;
    this.#context = context;
    // As many wait for a cell as there are requests for it.
    setMaxListeners(0, this.#changed);
    this.requests = new Requests(app, context.limits.requestsPerApp);
  }

  get state(): LaneState {
    return this.#state;
  }

  /** Starts the app and keeps it running from then on. */
  start(): void {
    this.#running ??= this.#supervise();
  }

  /**
   * The way into the running app; starts it where needed, and waits until it listens.
   * Throws ERR_APP_UNAVAILABLE when it will not listen soon.
   */
  async reach(signal: AbortSignal): Promise<CellAgent> {
    this.start();
    const patience = AbortSignal.any([signal, AbortSignal.timeout(this.#context.limits.startTimeout)]);
    for (;;) {
      const state = this.#state;
      if (state.name === "running") return state.agent;
      if (state.name === "stopped" || patience.aborted) throw this.unavailable();
      if (state.name === "waiting" && state.until - Date.now() > worthWaiting) throw this.unavailable();
      await once(this.#changed, "state", { signal: patience }).catch(() => undefined);
    }
  }

  /** Waits until a cell that takes no connections any more has given up its place, but not for long. */
  async leave(agent: CellAgent, signal: AbortSignal): Promise<void> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(worthWaiting)]);
    while (this.#state.name === "running" && this.#state.agent === agent && !patience.aborted) {
      await once(this.#changed, "state", { signal: patience }).catch(() => undefined);
    }
  }

  /** The error for a request that cannot be served now. */
  unavailable(): CordonError {
    const { tenant, name } = this.app;
    return new CordonError("ERR_APP_UNAVAILABLE", { tenant, app: name, state: this.#state.name });
  }

  /** Seconds after which a request is worth another try. */
  retryAfter(): number {
    const wait = this.#state.name === "waiting" ? this.#state.until - Date.now() : 0;
    return Math.max(1, Math.ceil(wait / 1000));
  }

  /** Lets requests under way end within the grace, then ends the cell. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.requests.drain(this.#context.limits.grace);
    this.#stop.abort();
    this.#change({ name: "stopped" });
    await this.#running;
  }

  async #supervise(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      this.#change({ name: "starting" });
      const listened = await this.#runOnce();
      if (this.#stop.signal.aborted) break;
      failures = listened >= healthyAfter ? 1 : failures + 1;
      const wait = backoff(failures, Math.random());
      this.#change({ name: "waiting", until: Date.now() + wait, failures });
      await sleep(wait, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  /** Runs one cell to its end and says for how many milliseconds it listened. Never throws. */
  async #runOnce(): Promise<number> {
    const { events, startCell, prepare, limits } = this.#context;
    events.record("starting", { version: this.app.version });
    let cell: RunningCell;
    try {
      cell = await inTime(startCell(await prepare(this.app)), limits.startTimeout);
    } catch (error) {
      events.record("failed", describeFailure(error));
      return 0;
    }
    const port = this.#watch(cell);
    const ended = cell.exited.then((exit) => this.#recordExit(exit));
    const onStop = (): void => void cell.stop({ grace: limits.grace }).catch(() => undefined);
    this.#stop.signal.addEventListener("abort", onStop, { once: true });
    if (this.#stop.signal.aborted) onStop();
    try {
      return await this.#serve(cell, port, ended);
    } finally {
      this.#stop.signal.removeEventListener("abort", onStop);
    }
  }

  async #serve(cell: RunningCell, port: Promise<number>, ended: Promise<void>): Promise<number> {
    const { events, limits } = this.#context;
    const late = new AbortController();
    const timeout = sleep(limits.startTimeout, "late" as const, { signal: late.signal }).catch(
      () => "late" as const,
    );
    const first = await Promise.race([port, ended, timeout]);
    late.abort();
    if (typeof first !== "number") {
      if (first === "late") {
        events.record("failed", { reason: `did not listen within ${limits.startTimeout} ms` });
        await cell.stop({ grace: 0 });
      }
      await ended;
      return 0;
    }
    const since = performance.now();
    const agent = new CellAgent(cell, first, limits);
    events.record("listening", { port: first });
    if (!this.#stop.signal.aborted) this.#change({ name: "running", port: first, agent });
    await ended;
    agent.destroy();
    return performance.now() - since;
  }

  #watch(cell: RunningCell): Promise<number> {
    const { events, log } = this.#context;
    if (cell.stdout) log.capture("stdout", cell.stdout);
    if (cell.stderr) log.capture("stderr", cell.stderr);
    cell.on("denied", ({ scope, resource, by, count }) =>
      events.record("denied", { scope, resource, by }, count),
    );
    cell.on("limit", ({ limit, effect, by, value, peak, at }) =>
      events.record("limit", { limit, effect, by, value, peak, at: at?.join(", ") }),
    );
    return new Promise((resolve) => {
      cell.on("listening", ({ port }) => resolve(port));
    });
  }

  #recordExit(exit: CellExit): void {
    const { code, signal, limit } = exit;
    const event = this.#stop.signal.aborted ? "stopped" : "exited";
    this.#context.events.record(event, { code: code ?? undefined, signal: signal ?? undefined, limit });
  }

  #change(state: LaneState): void {
    if (this.#state.name === "stopped") return;
    this.#state = state;
    this.#changed.dispatchEvent(new Event("state"));
  }
}

/** A cell that starts too late is ended as soon as it is there; nobody waits for it. */
async function inTime(starting: Promise<RunningCell>, milliseconds: number): Promise<RunningCell> {
  const late = Symbol("late");
  const timer = new AbortController();
  const timeout = sleep(milliseconds, late, { signal: timer.signal }).catch(() => late);
  const first = await Promise.race([starting, timeout]);
  timer.abort();
  if (typeof first !== "symbol") return first;
  starting.then((cell) => cell.stop({ grace: 0 })).catch(() => undefined);
  const problem = `nothing was heard of it within ${milliseconds} ms`;
  throw new CordonError("ERR_CELL_START", { step: "start", problem }, { step: "start" });
}

function describeFailure(error: unknown): Record<string, string | undefined> {
  if (!isCordonError(error)) return { reason: error instanceof Error ? error.message : String(error) };
  const { step, errno, remedy } = error.details;
  return { code: error.code, reason: error.message, step, errno, remedy };
}
