// SPDX-License-Identifier: Apache-2.0
import type { AppName, TenantName } from "../names.ts";
import { AppEvents } from "../observe/events.ts";
import { AppLog } from "../observe/log.ts";
import type { ServerLimits } from "../options.ts";
import type { BundleDigest } from "../store/bundles.ts";
import type { AppRecord } from "../store/store.ts";
import { Lane, type LaneContext } from "./lane.ts";

/** What is remembered of an app while the host runs, whichever version it is. */
export interface AppRecordings {
  events: AppEvents;
  log: AppLog;
}

// Starting is work for the processor: a hundred apps at once would all be late.
const startsAtOnce = 2;

/** The apps that this host runs. */
export class Registry implements AsyncDisposable {
  readonly #lanes = new Map<string, Lane>();
  readonly #recordings = new Map<string, AppRecordings>();
  /** Replaced or removed, but not yet at their end. */
  readonly #retiring = new Map<Lane, Promise<void>>();
  readonly #limits: ServerLimits;
  readonly #context: Pick<LaneContext, "startCell" | "prepare">;

  constructor(limits: ServerLimits, context: Pick<LaneContext, "startCell" | "prepare">) {
    this.#limits = limits;
    this.#context = context;
  }

  get(tenant: TenantName, app: AppName): Lane | undefined {
    return this.#lanes.get(key(tenant, app));
  }

  recordings(tenant: TenantName, app: AppName): AppRecordings {
    const at = key(tenant, app);
    const kept = this.#recordings.get(at);
    if (kept) return kept;
    const made = { events: new AppEvents(this.#limits), log: new AppLog(this.#limits) };
    this.#recordings.set(at, made);
    return made;
  }

  /** Puts a version in its place; the one before it ends by itself once its requests have. */
  place(app: AppRecord): Lane {
    const lane = new Lane(app, {
      ...this.#context,
      ...this.recordings(app.tenant, app.name),
      limits: this.#limits,
    });
    void this.#retire(app.tenant, app.name);
    this.#lanes.set(key(app.tenant, app.name), lane);
    return lane;
  }

  /** Ends an app and forgets it. Resolves when its cell has ended. */
  async remove(tenant: TenantName, app: AppName): Promise<void> {
    this.#recordings.delete(key(tenant, app));
    await this.#retire(tenant, app);
  }

  /** Starts a tenant's apps anew, for example under another policy. */
  restart(tenant: TenantName): void {
    const own = Array.from(this.#lanes.values()).filter((lane) => lane.app.tenant === tenant);
    for (const lane of own) {
      const wasIdle = lane.state.name === "idle";
      const next = this.place(lane.app);
      if (!wasIdle) next.start();
    }
  }

  /** Starts all apps, a few at once. */
  async boot(signal: AbortSignal): Promise<void> {
    const queue = [...this.#lanes.values()];
    const worker = async (): Promise<void> => {
      for (let lane = queue.shift(); lane !== undefined && !signal.aborted; lane = queue.shift()) {
        // Whether it came up is recorded among its events; here it only matters that it has ended its start.
        await lane.reach(signal).catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: startsAtOnce }, worker));
  }

  /** Whether some cell, even one on its way out, may still read this bundle. */
  uses(digest: BundleDigest): boolean {
    return [...this.#lanes.values(), ...this.#retiring.keys()].some((lane) => lane.app.digest === digest);
  }

  /** Resolves when the versions replaced so far have ended. */
  async retired(): Promise<void> {
    await Promise.all(this.#retiring.values());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // They stay in the table: until the host has gone, an app is unavailable and not unknown.
    await Promise.all([...this.#lanes.values()].map((lane) => lane[Symbol.asyncDispose]()));
    await this.retired();
  }

  #retire(tenant: TenantName, app: AppName): Promise<void> {
    const at = key(tenant, app);
    const lane = this.#lanes.get(at);
    if (!lane) return Promise.resolve();
    this.#lanes.delete(at);
    const ended = lane[Symbol.asyncDispose]().finally(() => this.#retiring.delete(lane));
    this.#retiring.set(lane, ended);
    return ended;
  }
}

// Neither name can contain a slash.
function key(tenant: TenantName, app: AppName): string {
  return `${tenant}/${app}`;
}
