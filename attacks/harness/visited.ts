// SPDX-License-Identifier: Apache-2.0
// Programs that are served: in a cell behind a host's gateway, in the control reached as they are. What a client of
// theirs gets is what is judged.
import { setTimeout as sleep } from "node:timers/promises";
import type { Cell } from "@cordon/cell";
import type { Door, Site, Visit } from "./attack.ts";
import { untilListening } from "./knock.ts";
import { exchange, openHost } from "./own-host.ts";
import { type Ended, type Watched, watch } from "./process.ts";

const PATIENCE = 10_000;

/** Milliseconds and bytes that are small enough for a run to see what happens beyond them. */
const limits = {
  responseTimeout: 2000,
  idleTimeout: 2000,
  startTimeout: 10_000,
  grace: 0,
  logBytesPerSecond: 1 << 20,
};

async function visitOf(visit: Visit, door: Door, site: Site): Promise<string | undefined> {
  const timer = new AbortController();
  const late = sleep(PATIENCE, `no end of the visit within ${PATIENCE} ms`, { signal: timer.signal });
  try {
    return await Promise.race([visit(door, site), late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}

/** Visits a program that runs without walls. */
export async function visitPlain(
  visit: Visit,
  site: Site,
  port: number,
  program: Watched,
): Promise<{ ended: Ended; harm: string | undefined }> {
  let said = "";
  program.stdout?.on("data", (chunk: Buffer) => {
    if (said.length < 16 << 20) said += chunk.toString("latin1");
  });
  const watching = watch(program, undefined);
  await untilListening(port);
  const door: Door = {
    exchange: (method, path, headers = "") =>
      exchange(port, `${method} ${path} HTTP/1.1\r\nHost: app\r\n${headers}\r\n`),
    log: async () => Buffer.from(said, "latin1"),
    hostAnswers: async () => true,
  };
  const harm = await visitOf(visit, door, site);
  await program.stop();
  return { ended: await watching, harm };
}

/** Visits a program through the gateway of a host that has it in a cell. */
export async function visitServed(
  visit: Visit,
  site: Site,
  start: () => Promise<Cell>,
): Promise<{ ended: Ended; harm: string | undefined }> {
  let watching: Promise<Ended> | undefined;
  let failure: Error | undefined;
  const startCell = async (): Promise<Cell> => {
    try {
      const cell = await start();
      const { stdout, stderr, exited } = cell;
      watching ??= watch({ stdout, stderr, exited, stop: () => cell.stop({ grace: 0 }) }, undefined);
      return cell;
    } catch (error) {
      failure ??= error as Error;
      throw error;
    }
  };
  const host = await openHost(site, { start: "demand", startCell, limits });
  let harm: string | undefined;
  try {
    await host.deploy("attacker", "app", "export default { fetch: () => new Response('') }");
    const door: Door = {
      exchange: (method, path, headers = "") =>
        exchange(host.port, `${method} /run/attacker/app${path} HTTP/1.1\r\nHost: app\r\n${headers}\r\n`),
      log: async () => Buffer.from(await host.api("GET", "/v1/tenants/attacker/apps/app/logs")),
      hostAnswers: async () => (await exchange(host.port, "GET /healthz HTTP/1.0\r\n\r\n")).includes("200"),
    };
    harm = await visitOf(visit, door, site);
    if (harm === undefined && failure === undefined && !(await door.hostAnswers()))
      harm = "the host answers no more";
  } finally {
    await host.dispose();
  }
  if (failure !== undefined) throw failure;
  if (watching === undefined) throw new Error("Expected the gateway to start the program");
  return { ended: await watching, harm };
}
