// SPDX-License-Identifier: Apache-2.0
import { Agent } from "node:http";
import type { ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import type { RunningCell } from "./starter.ts";

/** No connection into the cell could be opened: nothing of a request has reached it. */
export class CellUnreachable extends Error {}

/**
 * The connections into one cell. Each cell has its own: no connection is ever used for two apps, nor for two
 * versions of one, so an answer that a cell smuggles in can only reach its own clients.
 */
export class CellAgent extends Agent {
  readonly #cell: RunningCell;
  readonly #port: number;

  constructor(cell: RunningCell, port: number, limits: { requestsPerApp: number }) {
    super({ keepAlive: true, maxSockets: limits.requestsPerApp, maxFreeSockets: 16 });
    this.#cell = cell;
    this.#port = port;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    void this.#open(callback);
  }

  async #open(callback?: (error: Error | null, stream: Duplex) => void): Promise<void> {
    let socket: Duplex;
    try {
      socket = await this.#cell.connect(this.#port);
    } catch (error) {
      // The type has no place for a missing stream; Node looks at the error first.
      callback?.(new CellUnreachable("no connection into the cell", { cause: error }), undefined as never);
      return;
    }
    callback?.(null, socket);
  }
}
