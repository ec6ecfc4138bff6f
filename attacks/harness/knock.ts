// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { connect, createServer, type NetConnectOpts } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Prepared, Values } from "./attack.ts";

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("Expected a TCP address");
  return address.port;
}

/** Waits, four seconds at most, until somebody listens on a port of the host's loopback; whether anybody does. */
export async function untilListening(port: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
    if (isOpen) return true;
    await sleep(20);
  }
  return false;
}

/** Knocks at a door of the program's from the host, again and again while it runs. */
export function knocking(door: NetConnectOpts, values: Values): Prepared {
  let answered = 0;
  const timer = setInterval(() => {
    const socket = connect(door, () => {
      answered++;
      socket.destroy();
    });
    socket.on("error", () => {});
  }, 15);
  return {
    values,
    harmed: () => (answered === 0 ? undefined : "the host reached the program"),
    dispose: () => clearInterval(timer),
  };
}

/** The same at a port of the host's loopback that the program is told. */
export async function knockingAtPort(): Promise<Prepared> {
  const port = await freePort();
  return knocking({ port, host: "127.0.0.1" }, { port });
}
