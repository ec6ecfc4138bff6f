// SPDX-License-Identifier: Apache-2.0
// Another tenant's app, for programs that try to reach it: in a host's cell, or in the control a plain process.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cell } from "@cordon/cell";
import type { Prepared, Site } from "./attack.ts";
import { freePort, untilListening } from "./knock.ts";
import { exchange, type OwnHost, openHost } from "./own-host.ts";

export interface Neighbour {
  readonly host: OwnHost;
  /** The port that it listens on, in its own cell or in the control on the host's loopback. */
  readonly port: number;
  readonly pid: number;
  readonly alive: () => boolean;
  /** How often it was asked for something by anybody but the host. */
  readonly visits: () => Promise<number>;
  readonly dispose: () => Promise<void>;
}

const source = (port: number, secret: string): string => `
  const fs = require('node:fs'), http = require('node:http'), os = require('node:os');
  let visits = 0;
  console.log('the neighbour\\'s own ${secret}');
  try { fs.writeFileSync(os.tmpdir() + '/neighbour-${port}', '${secret}'); } catch {}
  http.createServer((request, response) => {
    if (request.url === '/visits') return response.end('visits ' + visits);
    visits++;
    response.end('${secret}');
  }).listen(${port}, '127.0.0.1');
`;

async function plain(site: Site, port: number, code: string): Promise<ChildProcess> {
  const file = join(site.directory, "neighbour.cjs");
  writeFileSync(file, code);
  const process_ = spawn(process.execPath, [file], { stdio: "ignore" });
  if (await untilListening(port)) return process_;
  throw new Error("Expected the neighbour to listen");
}

/** Starts a host with one app of a tenant `neighbour`, which has the site's secret in all that it keeps. */
export async function openNeighbour(site: Site): Promise<Neighbour> {
  const port = await freePort();
  const secret = readFileSync(site.secret, "utf8").trim();
  let cell: Cell | undefined;
  const host = await openHost(site, {
    start: "demand",
    startCell: async (options) => {
      const { Cell } = await import("@cordon/cell");
      cell = await Cell.start(options);
      return cell;
    },
  });
  const code = source(port, secret);
  await host.deploy("neighbour", "app", code);
  const path = "GET /run/neighbour/app/visits HTTP/1.0\r\nHost: app\r\n\r\n";
  // An answer in two parts, or none for a while, is a busy machine's.
  const count = async (at: number, request: string): Promise<number> => {
    for (let attempt = 0; attempt < 3; attempt++) {
      const [, visits] = /visits (\d+)/.exec((await exchange(at, request)).toString("latin1")) ?? [];
      if (visits !== undefined) return Number(visits);
    }
    return Number.NaN;
  };
  if (Number.isNaN(await count(host.port, path))) throw new Error("Expected the neighbour to answer");
  const child = site.isControl ? await plain(site, port, code) : undefined;
  const pid = child?.pid ?? cell?.pid ?? 0;
  return {
    host,
    port,
    pid,
    alive: () => {
      try {
        return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
      } catch {
        return false;
      }
    },
    visits: async () => {
      const own = child === undefined ? 0 : await count(port, "GET /visits HTTP/1.0\r\n\r\n");
      return own + (await count(host.port, path));
    },
    async dispose() {
      child?.kill("SIGKILL");
      await host.dispose();
    },
  };
}

/** A neighbour that must not be asked for anything. */
export async function unvisited(site: Site): Promise<Prepared> {
  const neighbour = await openNeighbour(site);
  const { host, port, pid } = neighbour;
  return {
    values: { port, pid, gateway: host.port, tokenFile: host.tokenFile, data: host.data },
    harmed: async () => {
      const visits = await neighbour.visits();
      return visits === 0 ? undefined : `the neighbour was asked ${visits} times`;
    },
    dispose: neighbour.dispose,
  };
}

/** A neighbour that must live on. */
export async function unharmed(site: Site): Promise<Prepared> {
  const neighbour = await openNeighbour(site);
  return {
    values: { pid: neighbour.pid },
    harmed: async () => {
      for (let waited = 0; waited < 3 && neighbour.alive(); waited++) await sleep(10);
      return neighbour.alive() ? undefined : "the neighbour died";
    },
    dispose: neighbour.dispose,
  };
}
