// SPDX-License-Identifier: Apache-2.0
// What the host puts up and watches: processes that must live, servers that must hear nothing.
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Prepared, Site } from "./attack.ts";

export interface CanaryProcess {
  readonly pid: number;
  /** Where in its memory the secret lies, and how long it is. */
  readonly address: number;
  readonly length: number;
  readonly alive: () => boolean;
  readonly dispose: () => void;
}

/** Starts a process that holds the site's secret in its memory, its environment and its descriptor 9. */
export async function canaryProcess(
  site: Site,
  options: { executable?: string; detached?: boolean } = {},
): Promise<CanaryProcess> {
  const child: ChildProcess = spawn(options.executable ?? site.native.tool, ["canary", site.secret], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { CANARY: readFileSync(site.secret, "utf8") },
    cwd: site.outside,
    detached: options.detached ?? false,
  });
  if (child.stdout === null) throw new Error("Expected the canary to have an output");
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, "line", { signal: AbortSignal.timeout(5000) })) as [string];
  lines.close();
  child.unref();
  const said = JSON.parse(line) as { pid: number; address: number; length: number };
  return {
    ...said,
    alive: () => child.exitCode === null && child.signalCode === null,
    dispose: () => void child.kill("SIGKILL"),
  };
}

/** Gives a signal that was sent the time to arrive, then says whether the canary has died of it. */
export async function diedOf(canary: CanaryProcess): Promise<string | undefined> {
  for (let waited = 0; waited < 3 && canary.alive(); waited++) await sleep(10);
  return canary.alive() ? undefined : "the canary process died";
}

/** Waits a little for what may still be under way, then says what arrived. */
function settled(count: () => number, what: string): () => Promise<string | undefined> {
  return async () => {
    for (let waited = 0; waited < 3 && count() === 0; waited++) await sleep(10);
    return count() === 0 ? undefined : `${count()} ${what}`;
  };
}

/** What must hear nothing. */
export interface Heard extends Prepared {
  readonly harmed: () => Promise<string | undefined>;
  readonly dispose: () => void;
}

/** Where it must hear nothing: the program is told its port. */
export interface HeardAtPort extends Heard {
  readonly port: number;
}

/** A TCP server on the host's loopback that must get no connection. */
export async function tcpServer(host = "127.0.0.1"): Promise<HeardAtPort> {
  const { server, count } = counting();
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Expected a TCP address");
  const { port } = address;
  return {
    port,
    values: { port },
    harmed: settled(count, "connections"),
    dispose: () => void server.close(),
  };
}

/** A unix socket server at a path that must get no connection. */
export async function unixServer(path: string): Promise<Heard> {
  const { server, count } = counting();
  server.listen({ path, writableAll: true, readableAll: true });
  await once(server, "listening");
  return { values: {}, harmed: settled(count, "connections"), dispose: () => void server.close() };
}

/** A server at an abstract unix socket name. */
export async function abstractServer(name: string): Promise<Heard> {
  const { server, count } = counting();
  server.listen({ path: `\0${name}` });
  await once(server, "listening");
  return { values: { name }, harmed: settled(count, "connections"), dispose: () => void server.close() };
}

function counting(): { server: Server; count: () => number } {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on("error", () => {});
    socket.destroy();
  });
  server.unref();
  return { server, count: () => connections };
}

/** A UDP socket on the host's loopback that must get no datagram. */
export async function udpServer(): Promise<HeardAtPort> {
  let datagrams = 0;
  const socket = createSocket("udp4", () => {
    datagrams++;
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.unref();
  const { port } = socket.address();
  return {
    port,
    values: { port },
    harmed: settled(() => datagrams, "datagrams"),
    dispose: () => void socket.close(),
  };
}

/** Where too many connect: at one time, or within any second. */
export async function crowdedServer(most: {
  readonly atOnce?: number;
  readonly inASecond?: number;
}): Promise<Prepared> {
  let open = 0;
  let mostOpen = 0;
  const begun: number[] = [];
  let mostInASecond = 0;
  const server = createServer((socket) => {
    const now = performance.now();
    begun.push(now);
    while (now - (begun[0] ?? now) > 1000) begun.shift();
    mostInASecond = Math.max(mostInASecond, begun.length);
    mostOpen = Math.max(mostOpen, ++open);
    socket.on("error", () => {}).on("close", () => open--);
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const { atOnce = Number.POSITIVE_INFINITY, inASecond = Number.POSITIVE_INFINITY } = most;
  return {
    values: { port: typeof address === "object" && address !== null ? address.port : 0 },
    harmed: () => {
      if (mostOpen > atOnce) return `${mostOpen} connections at one time`;
      return mostInASecond > inASecond ? `${mostInASecond} connections in a second` : undefined;
    },
    dispose: () => void server.close(),
  };
}
