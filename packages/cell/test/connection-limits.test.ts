// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import type { CellLimit } from "../src/index.ts";
import { directoryWith, outcomeOf, type Setting, start } from "./support/cells.ts";

/** A server that takes every connection and says nothing. */
async function listen(t: TestContext, at: string | number): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => {}));
  server.listen(...((typeof at === "string" ? [at] : [at, "127.0.0.1"]) as [string]));
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  return typeof address === "object" ? (address as AddressInfo).port : 0;
}

async function told(
  t: TestContext,
  setting: Setting,
): Promise<{ readonly said: unknown; readonly met: readonly CellLimit[] }> {
  const cell = await start(t, setting);
  const met: CellLimit[] = [];
  cell.on("limit", (limit) => met.push(limit));
  const { stdout, stderr } = await outcomeOf(cell);
  assert.notEqual(stdout, "", stderr);
  return { said: JSON.parse(stdout), met };
}

/** Opens so many one after the other; then closes them all, and tries once more. */
const opens = (count: number, target: string): string => `
  const net = require("node:net");
  const open = () => new Promise((resolve) => {
    const socket = net.connect(${target});
    socket.on("connect", () => resolve(socket)).on("error", resolve);
  });
  (async () => {
    const all = [];
    for (let index = 0; index < ${count}; index++) all.push(await open());
    const errors = all.filter((one) => one instanceof Error);
    for (const one of all) one.destroy?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const last = await open();
    const first = errors[0];
    console.log(JSON.stringify({
      open: count(all) - errors.length, code: first?.code, limit: first?.limit, message: first?.message,
      after: last instanceof Error ? last.code : "open",
    }));
    process.exit(0);
  })();
  function count(list) { return list.length; }`;

suite("limits on connections", { concurrency: 2 }, () => {
  test("no more are open at one time than may be; what is closed makes room", async (t) => {
    const port = await listen(t, 0);
    const target = `${port}, "127.0.0.1"`;
    const { said, met } = await told(t, {
      code: opens(30, target),
      flags: [`--allow-net=127.0.0.1:${port}`, "--limit-connections=10"],
    });
    const { message, ...rest } = said as { message: string };
    assert.deepEqual(rest, { open: 10, code: "ENOBUFS", limit: "connections", after: "open" });
    assert.match(message, /the limit `connections` of 10 is met\. Raise it with --limit-connections/);
    const { limit, effect, by, value, peak } = met[0] ?? ({} as CellLimit);
    assert.deepEqual(
      { limit, effect, by, value, peak },
      { limit: "connections", effect: "refused", by: "supervisor", value: 10, peak: 10 },
    );
    assert.equal(met.length, 1);
  });

  test("without the limit all of them are open", async (t) => {
    const port = await listen(t, 0);
    const { said, met } = await told(t, {
      code: opens(30, `${port}, "127.0.0.1"`),
      flags: [`--allow-net=127.0.0.1:${port}`],
    });
    assert.deepEqual(said, { open: 30, after: "open" });
    assert.deepEqual(met, []);
  });

  test("those of all the cell's processes count, and a socket's copies are one", async (t) => {
    const port = await listen(t, 0);
    const code = `
      const { fork } = require("node:child_process");
      const net = require("node:net");
      if (process.argv[2]) {
        let open = 0, refused = 0;
        const said = () => { if (open + refused === 10) process.send({ open, refused }); };
        for (let index = 0; index < 10; index++)
          net.connect(${port}, "127.0.0.1").on("connect", () => { open++; said(); }).on("error", () => { refused++; said(); });
        setInterval(() => {}, 1000);
      } else {
        let open = 0, refused = 0, heard = 0;
        for (let index = 0; index < 3; index++)
          fork(__filename, ["child"]).on("message", (said) => {
            open += said.open; refused += said.refused;
            if (++heard === 3) { console.log(JSON.stringify({ open, refused })); process.exit(0); }
          });
      }`;
    const flags = [`--allow-net=127.0.0.1:${port}`, "--allow-child-process", "--limit-connections=12"];
    assert.deepEqual((await told(t, { code, flags })).said, { open: 12, refused: 18 });
  });

  test("no more are new in a second than may be, and the next second has room", async (t) => {
    const port = await listen(t, 0);
    const code = `
      const net = require("node:net");
      const open = () => new Promise((resolve) => {
        const socket = net.connect(${port}, "127.0.0.1");
        socket.on("connect", () => { socket.destroy(); resolve("open"); }).on("error", ({ code, limit }) => resolve(code + " " + limit));
      });
      (async () => {
        const burst = await Promise.all(Array.from({ length: 40 }, open));
        await new Promise((resolve) => setTimeout(resolve, 1100));
        const later = await Promise.all(Array.from({ length: 5 }, open));
        console.log(JSON.stringify({ refused: [...new Set(burst)].sort(), open: burst.filter((one) => one === "open").length, later: [...new Set(later)] }));
      })();`;
    const { said, met } = await told(t, {
      code,
      flags: [`--allow-net=127.0.0.1:${port}`, "--limit-connect-rate=10"],
    });
    const { open, refused, later } = said as { open: number; refused: string[]; later: string[] };
    assert.ok(open >= 10 && open < 40, String(open));
    assert.deepEqual(refused, ["EAGAIN connectRate", "open"]);
    assert.deepEqual(later, ["open"]);
    assert.equal(met[0]?.limit, "connectRate");
    assert.equal(met[0]?.value, 10);
  });

  test("unix sockets count too", async (t) => {
    const path = join(directoryWith(t, {}), "listener");
    await listen(t, path);
    const { said } = await told(t, {
      code: opens(10, JSON.stringify(path)),
      flags: [`--allow-unix=${path}`, "--limit-connections=4"],
    });
    const { open, code, after } = said as { open: number; code: string; after: string };
    assert.deepEqual({ open, code, after }, { open: 4, code: "ENOBUFS", after: "open" });
  });

  test("without the filters' wall nobody counts: refused before the start", async (t) => {
    for (const flag of ["--limit-connections=4", "--limit-connect-rate=4"])
      await assert.rejects(start(t, { code: "", flags: [flag], walls: ["namespaces", "runtime"] }), {
        code: "ERR_LIMIT_UNENFORCEABLE",
      });
  });
});
