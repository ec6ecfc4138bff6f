// SPDX-License-Identifier: Apache-2.0
import { EventEmitter, once } from "node:events";

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

const DEADLINE_MS = 10_000;

/** One conversation in the DevTools protocol, as any debugger has it. */
export class Debugger extends EventEmitter<Record<string, [Record<string, unknown>]>> implements Disposable {
  #socket: WebSocket;
  #lastId = 0;
  #waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();

  private constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(String(data)) as Answer));
  }

  static async attach(url: string): Promise<Debugger> {
    const socket = new WebSocket(url);
    await once(socket, "open", { signal: AbortSignal.timeout(DEADLINE_MS) });
    return new Debugger(socket);
  }

  async send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return await answer.promise;
  }

  /** The next event of that name. Ask before what causes it. */
  async next(event: string): Promise<Record<string, unknown>> {
    const [params] = await once(this, event, { signal: AbortSignal.timeout(DEADLINE_MS) });
    return params as Record<string, unknown>;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #take({ id, method, params, result, error }: Answer): void {
    if (method !== undefined) this.emit(method, params ?? {});
    const answer = id === undefined ? undefined : this.#waiting.get(id);
    if (error === undefined) answer?.resolve(result ?? {});
    else answer?.reject(new Error(error.message));
  }
}
