// SPDX-License-Identifier: Apache-2.0
// Run by names.test.ts in a network of its own, in which two public addresses are this machine's.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { start } from "../support/cells.ts";
import type { Answer, Question } from "../support/dns-server.ts";
import { parentOf } from "../support/processes.ts";
import { FOUR, nameServer } from "./servers.ts";

const MEGABYTE = 1 << 20;
const long = `${`${"l".repeat(60)}.`.repeat(3)}example.test`;

// Each name has sixty public addresses of its own; each TXT has more than a datagram holds.
function answer({ name, type }: Question): Answer {
  if (type === 16) return [{ name, type: "TXT", data: "long ".repeat(12_000) }];
  const number = Number(/\d+/.exec(name)?.[0] ?? 0);
  if (type !== 1) return [];
  if (number === 0) return [{ name, type: "A", data: FOUR }];
  return Array.from({ length: 60 }, (_, index) => ({
    name,
    type: "A",
    data: `93.${number}.217.${index}`,
    ttl: 600,
  }));
}

// All that a cell can make its supervisor keep: names and addresses, connections that wait and that stand, answers that
// nobody reads, refusals of a thousand destinations, and what is given up.
const program = `
  const dns = require('node:dns'), net = require('node:net'), fs = require('node:fs');
  const settle = (all) => Promise.allSettled(all);
  const connect = (port, host) => new Promise((done) => {
    const socket = net.connect(port, host);
    socket.on('error', () => done()).on('connect', () => done(socket));
    setTimeout(done, 2000);
  });
  const question = (() => {
    const labels = '${long}'.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
    const wire = Buffer.concat([Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...labels, Buffer.from([0, 0, 16, 0, 1])]);
    return Buffer.concat([Buffer.from([wire.length >> 8, wire.length & 255]), wire]);
  })();
  (async () => {
    const steps = {
      names: () => settle(Array.from({ length: 90 }, (_, i) => dns.promises.resolve4('n' + (i + 1) + '.${long}'))),
      connections: () => settle(Array.from({ length: 700 }, () => connect(80, 'n0.${long}'))),
      waiting: () => settle(Array.from({ length: 700 }, (_, i) => connect(81, '93.1.217.' + (i % 60)))),
      refusals: () => settle(Array.from({ length: 600 }, (_, i) => connect(1000 + i, '10.0.' + (i >> 8) + '.' + (i & 255)))),
      answers: () => settle(Array.from({ length: 16 }, async () => {
        const socket = await connect(53, '127.0.0.1');
        socket.pause();
        for (let i = 0; i < 8; i++) socket.write(question);
        await new Promise((done) => setTimeout(done, 1500));
      })),
      looks: () => { for (let i = 0; i < 3000; i++) try { fs.readFileSync(__dirname + '/never/' + i); } catch {} },
      drops: () => { for (const name of fs.readdirSync(__dirname + '/data')) process.permission.drop('fs.read', __dirname + '/data/' + name); },
    };
    for (const [name, step] of Object.entries(steps)) {
      await step();
      console.log(name);
    }
    setInterval(() => {}, 1000);
  })();
`;

/**
 * Bytes that a process alone accounts for. The kernel tells that of a supervisor to root alone; to others it tells how
 * many anonymous pages it has, shared ones included, which are all but the launcher's own file.
 */
function privateMemory(pid: number): number {
  if (process.getuid?.() === 0) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
    const found = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)];
    assert.equal(found.length, 2, rollup);
    return found.reduce((sum, [, size]) => sum + Number(size) * 1024, 0);
  }
  const [, size] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  assert.ok(size !== undefined);
  return Number(size) * 1024;
}

test("supervisor and init stay below a megabyte of private memory each, whatever the cell does", async (t) => {
  const server = createServer((socket) => socket.on("error", () => {})).listen(80, FOUR, 2048);
  t.after(() => server.close());
  await once(server, "listening");
  const { resolvers } = await nameServer(t, answer);
  const files = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`data/${index}`, "x"]));
  const cell = await start(t, {
    code: program,
    files,
    flags: [
      "--allow-net=*.example.test:80-81",
      "--allow-fs-read={root}",
      "--deny-fs-read={root}/never",
      "--limit-open-files=4096",
      "--limit-wall-time=60s",
    ],
    resolvers,
  });
  const init = parentOf(cell.pid);
  const supervisor = parentOf(init);
  await cell.ready;
  const sizes: Record<string, readonly [number, number]> = {};
  const look = (when: string): void => {
    sizes[when] = [privateMemory(supervisor), privateMemory(init)];
  };
  look("start");
  assert.ok(cell.stdout && cell.stderr);
  cell.stderr.pipe(process.stderr);
  for await (const line of createInterface({ input: cell.stdout })) {
    look(line);
    if (line === "drops") break;
  }
  t.diagnostic(JSON.stringify(sizes));
  assert.ok("drops" in sizes, JSON.stringify(sizes));
  for (const [when, [outer, inner]] of Object.entries(sizes)) {
    assert.ok(outer <= MEGABYTE && inner <= MEGABYTE, `${when}: supervisor ${outer}, init ${inner}`);
  }
});
