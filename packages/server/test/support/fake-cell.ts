// SPDX-License-Identifier: Apache-2.0
import { EventEmitter, once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import { PassThrough } from "node:stream";
import type { CellExit, CellOptions, CellStarter, RunningCell } from "../../src/index.ts";

/** A program without walls in the place of a cell: a real server behind real sockets. */
export class FakeCell extends EventEmitter implements RunningCell {
  readonly options: CellOptions;
  readonly stdout: PassThrough = new PassThrough();
  readonly stderr: PassThrough = new PassThrough();
  readonly exited: Promise<CellExit>;
  readonly sockets: Set<Socket> = new Set();
  connections = 0;
  readonly #server: TcpServer;
  readonly #exit: (exit: CellExit) => void;

  constructor(options: CellOptions, server: TcpServer) {
    super();
    this.options = options;
    this.#server = server;
    const { promise, resolve } = Promise.withResolvers<CellExit>();
    this.exited = promise;
    this.#exit = resolve;
    server.on("connection", (socket: Socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  async connect(): Promise<Socket> {
    const address = this.#server.address() as AddressInfo | null;
    if (address === null) throw new Error("ECONNREFUSED");
    const socket = connect(address.port, "127.0.0.1");
    await once(socket, "connect");
    return socket;
  }

  /** Takes no connections any more and drops those that it has. */
  shut(): void {
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  /** Ends as a crashed program does: with all its connections. */
  crash(exit: Partial<CellExit> = {}): void {
    this.shut();
    this.stdout.end();
    this.stderr.end();
    this.#exit({ code: 1, signal: null, exitCode: 1, ...exit });
  }

  async stop(): Promise<CellExit> {
    this.crash({ code: null, signal: "SIGTERM", exitCode: 143 });
    return await this.exited;
  }
}

/** What the fakes of one test are. */
export interface FakeCells {
  start: CellStarter;
  /** Those that were started, oldest first. */
  started: FakeCell[];
}

/** Starts a server for each cell; `make` says which, by the options of the cell. `silent` ones never listen. */
export function fakeCells(
  make: (options: CellOptions) => TcpServer | Server | Promise<never>,
  { silent = false }: { silent?: boolean } = {},
): FakeCells {
  const started: FakeCell[] = [];
  return {
    started,
    async start(options) {
      const server = await make(options);
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const cell = new FakeCell(options, server);
      started.push(cell);
      if (!silent) setImmediate(() => cell.emit("listening", { port: 8080 }));
      return cell;
    },
  };
}

/** Cells that all answer with one handler. */
export function httpCells(handler: RequestListener): FakeCells {
  return fakeCells(() => createServer(handler));
}

/** Cells that say on every connection what `speak` makes them say, HTTP or not. */
export function rawCells(speak: (socket: Socket) => void): FakeCells {
  return fakeCells(() => createTcpServer(speak));
}
