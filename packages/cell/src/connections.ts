// SPDX-License-Identifier: Apache-2.0
import { Socket } from "node:net";

interface Pending {
  readonly port: number;
  isAnswered: boolean;
  readonly answer: PromiseWithResolvers<Socket>;
}

const DEADLINE = 5000;
// The supervisor never waits for its host: what does not fit into the channel is lost. It holds some 270 sockets.
const AT_ONCE = 128;

/** The connections to an app that were asked for and have not come yet. */
export class Connections {
  #pending = new Map<number, Pending>();
  #waiting: (() => void)[] = [];
  #lastId = 0;
  #isClosed = false;
  #ask: (id: number, port: number) => void;

  /** @param ask sends a request to the supervisor */
  constructor(ask: (id: number, port: number) => void) {
    this.#ask = ask;
  }

  /** @throws Error with the `code` of the connect, or `ETIMEDOUT` after 5 s */
  async open(port: number): Promise<Socket> {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw connectError("EINVAL", port);
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Socket>();
    const deadline = setTimeout(() => answer.reject(connectError("ETIMEDOUT", port)), DEADLINE);
    const ask = (): void => {
      if (this.#isClosed) answer.reject(connectError("ECONNRESET", port));
      this.#pending.set(id, { port, answer, isAnswered: false });
      this.#ask(id, port);
    };
    if (this.#pending.size < AT_ONCE) ask();
    else this.#waiting.push(ask);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(deadline);
      if (this.#pending.delete(id)) this.#waiting.shift()?.();
      else this.#waiting = this.#waiting.filter((other) => other !== ask);
    }
  }

  /** Only the supervisor writes to this channel; its answers have an id that we gave out. */
  take(message: unknown, handle: unknown): void {
    const { id, errno }: { id?: unknown; errno?: unknown } =
      typeof message === "object" && message !== null ? message : {};
    const pending = typeof id === "number" ? this.#pending.get(id) : undefined;
    if (handle instanceof Socket) {
      // One that nobody has asked for, or that somebody has already, would stay open.
      if (pending === undefined || pending.isAnswered) handle.destroy();
      else pending.answer.resolve(handle);
    } else {
      pending?.answer.reject(connectError(typeof errno === "string" ? errno : "EIO", pending.port));
    }
    if (pending !== undefined) pending.isAnswered = true;
  }

  /** The cell is gone: nothing more will come. */
  close(): void {
    this.#isClosed = true;
    for (const { port, answer } of this.#pending.values()) answer.reject(connectError("ECONNRESET", port));
  }
}

/** As `net.connect` would say it of the app's own port. */
export function connectError(code: string, port: number): Error {
  return Object.assign(new Error(`connect ${code}: the app's port ${port}`), { code, port });
}
