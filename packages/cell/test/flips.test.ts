// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { run } from "./support/cells.ts";
import { compiled } from "./support/programs.ts";

const TRIES = 100_000;

/** A port that counts what comes to it, by UDP and by TCP. */
async function countingPort(
  t: TestContext,
): Promise<{ readonly port: number; readonly count: () => number }> {
  let came = 0;
  const server = createServer((socket) => {
    came++;
    socket.on("error", () => {}).destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  const socket = createSocket("udp4", () => void came++).bind(address.port, "127.0.0.1");
  await once(socket, "listening");
  t.after(() => void [server.close(), socket.close()]);
  return { port: address.port, count: () => came };
}

test("of a hundred thousand addresses that another thread rewrites meanwhile, none leads where it may not", async (t) => {
  const program = compiled(t, "flips");
  const [granted, forbidden] = [await countingPort(t), await countingPort(t)];
  const words = [String(granted.port), String(forbidden.port), String(TRIES)];
  const { stdout } = await run(t, {
    code: `console.log(require("node:child_process").execFileSync("${program}", ${JSON.stringify(words)}, { encoding: "utf8" }))`,
    flags: [
      `--allow-run=${program}`,
      `--allow-net=127.0.0.1:${granted.port},udp://127.0.0.1:${granted.port}`,
    ],
    walls: ["namespaces", "filters"],
  });
  const [sent = 0, refused = 0, connected = 0, turnedDown = 0] = stdout.trim().split(" ").map(Number);
  assert.equal(sent + refused + connected + turnedDown, TRIES, stdout);
  // Both addresses were tried, and of both kinds, or there was nothing to race.
  for (const count of [sent, refused, connected, turnedDown]) assert.ok(count > 100, stdout);
  assert.equal(forbidden.count(), 0, "something came where nothing may");
});

test("without walls the same program reaches both", async (t) => {
  const program = compiled(t, "flips");
  const [granted, forbidden] = [await countingPort(t), await countingPort(t)];
  execFileSync(program, [String(granted.port), String(forbidden.port), "2000"]);
  for (let waited = 0; forbidden.count() === 0 && waited < 100; waited++)
    await new Promise((resolve) => setImmediate(resolve));
  assert.ok(forbidden.count() > 0);
});
