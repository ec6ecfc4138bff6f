// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import { type TestContext, test } from "node:test";
import { run } from "./support/cells.ts";
import { compiled, hangingPort } from "./support/programs.ts";
import { tcpServer, udpServer } from "./support/servers.ts";

/** The program, and the ports that it asks for. */
async function prepare(
  t: TestContext,
): Promise<{ readonly program: string; readonly ports: readonly string[] }> {
  const [four, six] = [await tcpServer(t), await tcpServer(t, "::1")];
  const [udpFour, udpSix] = [await udpServer(t), await udpServer(t, "::1")];
  const ports = [four, six, udpFour.port, udpSix.port, await hangingPort(t)].map(String);
  return { program: compiled(t, "sockets"), ports };
}

test("sockets behave in a cell as anywhere: ways to send, options, flags, signals, some that hang beside a thousand", async (t) => {
  const { program, ports } = await prepare(t);
  const [four, six, udpFour, udpSix, hanging] = ports;
  const { stdout } = await run(t, {
    code: `process.stdout.write(require("node:child_process").execFileSync("${program}", ${JSON.stringify(ports)}));`,
    flags: [
      `--allow-run=${program}`,
      `--allow-net=127.0.0.1:${four},[::1]:${six},udp://127.0.0.1:${udpFour},udp://[::1]:${udpSix},127.0.0.1:${hanging}`,
    ],
  });
  assert.equal(stdout, "done\n");
});

test("without walls the same program says the same", async (t) => {
  const { program, ports } = await prepare(t);
  const { stdout } = await promisify(execFile)(program, ports);
  assert.equal(stdout, "done\n");
});

/** The program that waits, and a server that never reads. */
async function prepareWaits(t: TestContext): Promise<{ readonly program: string; readonly ports: string[] }> {
  const deaf = createServer((socket) => void socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(deaf, "listening");
  t.after(() => deaf.close());
  const { port } = deaf.address() as AddressInfo;
  return { program: compiled(t, "waits"), ports: [await hangingPort(t), port].map(String) };
}

test("what ends a blocking call that waits: handlers, SA_RESTART, time-outs, threads, stops", async (t) => {
  const { program, ports } = await prepareWaits(t);
  const { stdout } = await run(t, {
    code: `process.stdout.write(require("node:child_process").execFileSync("${program}", ${JSON.stringify(ports)}));`,
    flags: [`--allow-run=${program}`, ...ports.map((port) => `--allow-net=127.0.0.1:${port}`)],
  });
  assert.equal(stdout, "done\n");
});

test("without walls it is the same", async (t) => {
  const { program, ports } = await prepareWaits(t);
  const { stdout } = await promisify(execFile)(program, ports);
  assert.equal(stdout, "done\n");
});
