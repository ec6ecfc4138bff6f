// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";
import type { AppRecord } from "../store/store.ts";

/** Counts the requests under way in one app, so that one app cannot take all of the host's. */
export class Requests {
  readonly #app: AppRecord;
  readonly #most: number;
  readonly #idle = new Set<() => void>();
  #count = 0;

  constructor(app: AppRecord, most: number) {
    this.#app = app;
    this.#most = most;
  }

  get count(): number {
    return this.#count;
  }

  /** Enters a request; what it returns is called once, when the request has ended. Throws ERR_APP_BUSY. */
  enter(): () => void {
    if (this.#count >= this.#most) {
      const { tenant, name } = this.#app;
      throw new CordonError("ERR_APP_BUSY", { tenant, app: name, limit: this.#most });
    }
    this.#count += 1;
    let entered = true;
    return () => {
      if (!entered) return;
      entered = false;
      this.#count -= 1;
      if (this.#count === 0) for (const tell of this.#idle) tell();
    };
  }

  /** Waits until no request is under way, but not longer than `grace` milliseconds. */
  async drain(grace: number): Promise<void> {
    if (this.#count === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    const timer = setTimeout(resolve, grace);
    await promise;
    clearTimeout(timer);
    this.#idle.delete(resolve);
  }
}
