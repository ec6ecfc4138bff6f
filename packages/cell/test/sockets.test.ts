// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { directoryWith, run } from "./support/cells.ts";
import { tcpServer, udpServer } from "./support/servers.ts";

function compile(root: string, name: string): string {
  const path = join(root, name);
  execFileSync("cc", ["-O1", "-pthread", "-o", path, join(import.meta.dirname, "programs", `${name}.c`)]);
  return path;
}

/** The program, and the ports that it asks for. */
async function prepare(
  t: TestContext,
): Promise<{ readonly program: string; readonly ports: readonly string[] }> {
  const root = directoryWith(t, {});
  const full = spawn(compile(root, "full-queue"));
  t.after(() => full.kill("SIGKILL"));
  const [line] = (await once(full.stdout, "data")) as [Buffer];
  const [four, six] = [await tcpServer(t), await tcpServer(t, "::1")];
  const [udpFour, udpSix] = [await udpServer(t), await udpServer(t, "::1")];
  const ports = [four, six, udpFour.port, udpSix.port, Number(line.toString())].map(String);
  return { program: compile(root, "sockets"), ports };
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
