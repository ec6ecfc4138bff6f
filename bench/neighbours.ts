// SPDX-License-Identifier: Apache-2.0
// `node bench/neighbours.ts [SECONDS [NOISE…]]`: the latency of a quiet app's requests through a host, while another
// tenant's app spins, forks, allocates, floods its log, opens connections or fills its disk, and while nobody does;
// the two take turns. A latency counts from when the request was due, so that a stall is seen by all that it delays.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { packDirectory } from "@cordon/server";

const SECONDS = 3;
const ROUNDS = 3;
/** Milliseconds between two requests. */
const PACE = 10;
const noises = ["spin", "forkBomb", "allocate", "flood", "connections", "disk"] as const;
const programs = join(import.meta.dirname, "programs");
const directory = mkdtempSync(join(tmpdir(), "cordon-neighbours-"));

const quiet = `
  require('node:http').createServer((_, response) => response.end('quiet')).listen(3000);
`;

interface Host {
  readonly url: string;
  readonly token: string;
}

/** The noise must have lasted, or what was measured is none. Whoever allocates may meet its limit. */
async function requireNoise(host: Host, noise: string): Promise<void> {
  const headers = { authorization: `Bearer ${host.token}` };
  const answer = await fetch(`${host.url}/v1/tenants/noisy/apps/app`, { headers });
  const { state } = (await answer.json()) as { state: string };
  if (state !== "running" && noise !== "allocate") throw new Error(`the app that does ${noise} is ${state}`);
}

async function api(
  host: Host,
  method: string,
  path: string,
  body?: string | Buffer,
  type = "text/javascript",
) {
  const headers = {
    authorization: `Bearer ${host.token}`,
    ...(body === undefined ? {} : { "content-type": type }),
  };
  const init = body === undefined ? {} : { body: body as string };
  const answer = await fetch(host.url + path, { method, headers, ...init });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
}

/** Milliseconds from when it was due until its answer was there. */
function ask(host: Host, agent: Agent, due: number): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${host.url}/run/quiet/app/`, { agent }, (answer) => {
      answer.resume();
      answer.once("end", () => {
        if (answer.statusCode === 200) resolve(performance.now() - due);
        else reject(new Error(`the quiet app answered with ${answer.statusCode}`));
      });
    })
      .once("error", reject)
      .end();
  });
}

async function measure(host: Host, agent: Agent, seconds: number): Promise<number[]> {
  const start = performance.now() + PACE;
  const asked: Promise<number>[] = [];
  for (let number = 0; number < (seconds * 1000) / PACE; number++) {
    const due = start + number * PACE;
    await sleep(Math.max(0, due - performance.now()));
    asked.push(ask(host, agent, due));
  }
  return await Promise.all(asked);
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

async function deployNoise(host: Host, noise: string, port: number): Promise<void> {
  const bundle = join(directory, noise);
  mkdirSync(bundle, { recursive: true });
  const source = readFileSync(join(programs, "noise.cjs"), "utf8");
  writeFileSync(join(bundle, "index.cjs"), source.replace("@kind@", noise).replace("@port@", String(port)));
  writeFileSync(join(bundle, "package.json"), JSON.stringify({ main: "index.cjs" }));
  writeFileSync(join(bundle, "cordon.json"), JSON.stringify({ allow: grants(port) }));
  await api(host, "PUT", "/v1/tenants/noisy/apps/app", await packDirectory(bundle), "application/gzip");
}

function grants(port: number): object {
  return { run: [process.execPath], "net.connect": [`127.0.0.1:${port}`] };
}

const wanted = process.argv.slice(3);
const seconds = Number(process.argv[2] ?? SECONDS);
const chosen = wanted.length === 0 ? noises : noises.filter((noise) => wanted.includes(noise));
const sink = createServer((socket) => socket.on("error", () => {}).resume()).listen(0, "127.0.0.1");
await once(sink, "listening");
const { port } = sink.address() as AddressInfo;
const child = spawn(process.execPath, [join(programs, "host.ts"), join(directory, "data"), String(port)], {
  stdio: ["pipe", "pipe", "inherit"],
});
try {
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const host = JSON.parse(line) as Host;
  await api(host, "PUT", "/v1/tenants/quiet");
  const policy = JSON.stringify({ policy: { allow: grants(port) } });
  await api(host, "PUT", "/v1/tenants/noisy", policy, "application/json");
  await api(host, "PUT", "/v1/tenants/quiet/apps/app", quiet);
  const agent = new Agent({ keepAlive: true });
  await measure(host, agent, 1); // Warm, for both.
  console.log(`milliseconds, ${ROUNDS} turns of ${seconds} s each, a request every ${PACE} ms`);
  console.log("noise          undisturbed p50    p99     disturbed p50    p99     p99 ×");
  for (const noise of chosen) {
    const [still, disturbed]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      await deployNoise(host, noise, port);
      still.push(...(await measure(host, agent, seconds)));
      const begun = await fetch(`${host.url}/run/noisy/app/`);
      const said = await begun.text();
      if (!begun.ok) throw new Error(`the noisy app did not begin: ${begun.status} ${said}`);
      await sleep(300);
      disturbed.push(...(await measure(host, agent, seconds)));
      await requireNoise(host, noise);
      await api(host, "DELETE", "/v1/tenants/noisy/apps/app");
      await sleep(300);
    }
    const shown = [
      quantile(still, 0.5),
      quantile(still, 0.99),
      quantile(disturbed, 0.5),
      quantile(disturbed, 0.99),
    ];
    const [first, second, third, fourth] = shown.map((value) => value.toFixed(2).padStart(8));
    const ratio = (quantile(disturbed, 0.99) / quantile(still, 0.99)).toFixed(2);
    console.log(`${noise.padEnd(14)} ${first}        ${second}    ${third}        ${fourth}     ${ratio}`);
  }
} finally {
  child.stdin.end();
  await once(child, "close");
  sink.close();
  rmSync(directory, { recursive: true, force: true });
}
