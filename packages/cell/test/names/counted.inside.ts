// SPDX-License-Identifier: Apache-2.0
// Run by names.test.ts in a network of its own, in which two public addresses are this machine's.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { start } from "../support/cells.ts";
import { tcpServer, udpServer } from "../support/servers.ts";
import { FOUR, nameServer, SIX, webServer } from "./servers.ts";

test("connections and refusals are counted, by the name that they were for", async (t) => {
  await webServer(t, FOUR, 8080);
  const { resolvers } = await nameServer(t);
  const cell = await start(t, {
    code: `(async () => {
      for (let count = 0; count < 3; count++) await (await fetch('http://four.example.test:8080/')).text();
      await fetch('http://four.example.test:8081/').catch(() => {});
      await fetch('http://www.other.test/').catch(() => {});
      console.log('asked');
      setInterval(() => {}, 1000);
    })();`,
    flags: ["--allow-net=four.example.test:8080"],
    resolvers,
    walls: ["namespaces", "filters"],
  });
  await new Promise((resolve) => cell.stdout?.once("data", resolve));
  const { network } = await cell.usage();
  assert.deepEqual(
    network.destinations
      .toSorted((a, b) => a.resource.localeCompare(b.resource))
      .map(({ resource, connections, refusals }) => [resource, connections, refusals]),
    [
      ["tcp://four.example.test:8080", 3, 0],
      ["tcp://four.example.test:8081", 0, 1],
      ["tcp://www.other.test", 0, 1],
    ],
  );
  assert.deepEqual([network.connections, network.refusals], [3, 2]);
  // Nobody has asked for the bytes.
  assert.deepEqual([network.sent, network.received, network.unmetered], [0, 0, 3]);
  await cell.stop({ grace: 0 });
  assert.equal((await cell.usage()).network.connections, 3);
});

test("bytes are counted for each destination, of connections that live and of those that have ended", async (t) => {
  const [four, six, udp, inside] = await Promise.all([
    tcpServer(t, FOUR),
    tcpServer(t, SIX),
    udpServer(t, FOUR),
    tcpServer(t),
  ]);
  const { resolvers } = await nameServer(t);
  const cell = await start(t, {
    code: `
      const net = require("node:net"), dgram = require("node:dgram");
      const talk = (port, host, bytes, ends) => new Promise((resolve) => {
        let got = 0;
        const socket = net.connect({ port, host }, () => socket.write("x".repeat(bytes)));
        socket.on("data", (data) => { got += data.length; if (got === bytes && ends) socket.end(); else if (got === bytes) resolve(); });
        socket.on("close", resolve);
      });
      const send = (connected) => new Promise((resolve) => {
        const socket = dgram.createSocket("udp4");
        const done = () => socket.close(resolve);
        if (connected) socket.connect(${udp.port}, "${FOUR}", () => socket.send("12345", done));
        else socket.send("1234567", ${udp.port}, "${FOUR}", done);
      });
      (async () => {
        await talk(${four}, "four.example.test", 70000, true);
        await Promise.all(Array.from({ length: 20 }, () => talk(${four}, "four.example.test", 100, true)));
        await talk(${six}, "${SIX}", 3000, false);
        await talk(${inside}, "127.0.0.1", 10, true);
        await send(false);
        await send(true);
        console.log("done");
        require("node:readline").createInterface(process.stdin).on("line", async () => {
          await talk(${six}, "${SIX}", 500, true);
          console.log("again");
        });
      })();`,
    flags: [
      `--allow-net=four.example.test:${four},[${SIX}]:${six},127.0.0.1:${inside},udp://${FOUR}:${udp.port}`,
    ],
    resolvers,
    countsBytes: true,
  });
  assert.ok(cell.stdout !== null);
  const lines = createInterface(cell.stdout);
  assert.deepEqual(await once(lines, "line"), ["done"]);
  const counted = async (resource: string): Promise<readonly (number | undefined)[]> => {
    const { network } = await cell.usage();
    assert.equal(network.unmetered, 0);
    const found = network.destinations.find((destination) => destination.resource === resource);
    return [found?.connections, found?.sent, found?.received];
  };
  // Where the far end has ended it first, or answered our end, that is one byte more for each connection.
  const [connections, sent, received] = await counted(`tcp://four.example.test:${four}`);
  assert.deepEqual([connections, sent], [21, 72_000]);
  assert.ok(received !== undefined && received >= 72_000 && received <= 72_021, `${received}`);
  assert.deepEqual(await counted(`tcp://[${SIX}]:${six}`), [1, 3000, 3000]);
  assert.deepEqual((await counted(`tcp://127.0.0.1:${inside}`)).slice(0, 2), [1, 10]);
  // The address was given out for the name. Connecting is one connection, sending without it none.
  assert.deepEqual(await counted(`udp://four.example.test:${udp.port}`), [1, 12, 0]);
  cell.stdin?.write("\n");
  assert.deepEqual(await once(lines, "line"), ["again"]);
  assert.deepEqual((await counted(`tcp://[${SIX}]:${six}`)).slice(0, 2), [2, 3500]);
  const { network } = await cell.usage();
  assert.equal(network.sent, 72_000 + 3500 + 10 + 12);
});
