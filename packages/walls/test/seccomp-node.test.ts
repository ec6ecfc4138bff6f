// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { encodePlan } from "../src/encode.ts";
import { jailPath, probeHost } from "../src/host/index.ts";
import { fsRights, landlockMasks } from "../src/landlock.ts";
import type { NetworkStep, Plan } from "../src/plan.ts";
import { compileSeccomp, programText, type SeccompOptions } from "../src/seccomp/index.ts";

/** The jail runs no program as root: with its rights, a uid that nobody has. */
function cellUser(): { uid: number; gid: number } {
  const uid = process.geteuid?.() ?? 0;
  return uid === 0 ? { uid: 0x40000000, gid: 0x40000000 } : { uid, gid: process.getegid?.() ?? 0 };
}

/** Runs Node in a jail that has the filter and nothing else: every path and all of loopback are granted. */
async function runFiltered(args: readonly string[], options: Omit<SeccompOptions, "arch">): Promise<string> {
  const host = await probeHost();
  assert.ok(host.arch !== null);
  const { abi } = host.landlock;
  const everything = fsRights({ read: true, write: true, execute: true }, abi);
  const loopback = (call: "connect" | "bind", protocol: "tcp" | "udp"): NetworkStep => ({
    call,
    allow: true,
    protocol,
    address: "127.0.0.0",
    prefix: 8,
    from: 0,
    to: 65_535,
  });
  const plan: Plan = {
    walls: ["filters"],
    properties: [],
    namespaces: null,
    identity: { ...cellUser(), perCell: false, supervisor: "host", insideUid: 1000, insideGid: 1000 },
    filters: {
      landlock: {
        masks: { ...landlockMasks(abi), net: 0, scope: 0 },
        paths: [{ path: "/", rights: everything }],
      },
      seccomp: programText(compileSeccomp({ arch: host.arch, ...options })),
      bans: [],
      facts: { uname: null, sysinfo: null, processors: null },
      names: null,
      network: [
        loopback("connect", "tcp"),
        loopback("connect", "udp"),
        loopback("bind", "tcp"),
        loopback("bind", "udp"),
      ],
      unix: { rules: [], aliases: [], writable: [], known: [] },
      loopback: "host",
      executeAfterReady: options.children,
      mapAfterReady: options.children,
    },
    pins: [],
    recording: null,
    rlimits: {},
    cgroup: { steps: [], gauges: {}, freezer: null },
    bounds: {},
    watched: [],
    nice: 0,
    where: null,
    rates: { output: null, connections: null, connectRate: null, bytes: false },
    wallTime: 60_000,
    environment: { PATH: "/usr/bin:/bin" },
    message: null,
    directory: "/",
    program: process.execPath,
    arguments: [process.execPath, "--no-warnings", ...args],
  };
  const jail = spawn(jailPath, ["--plan=3", "--status=4"], {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    env: {},
    detached: true,
  });
  const input = jail.stdio[3];
  assert.ok(input instanceof Writable);
  input.end(encodePlan(plan));
  const read = (descriptor: 1 | 2 | 4): Promise<string> => {
    const stream = jail.stdio[descriptor];
    assert.ok(stream instanceof Readable);
    return text(stream);
  };
  const [output, errors, events] = await Promise.all([read(1), read(2), read(4), once(jail, "exit")]);
  return output === "" ? `${errors}${events}` : output;
}

const program = join(import.meta.dirname, "programs/node-features.cjs");

for (const children of [false, true]) {
  test(`Node's own features work under the filter, ${children ? "with" : "without"} children`, async () => {
    const directory = mkdtempSync(join(tmpdir(), "cordon-features-"));
    try {
      const { uid, gid } = cellUser();
      chownSync(directory, uid, gid);
      const args = [program, directory, children ? "children" : "alone"];
      const output = await runFiltered(args, { children, signals: true, metadata: true, unixSockets: false });
      assert.equal(output, "{}\n");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

test("a program that aborts ends by a signal, though it may send none", async () => {
  const args = ["-e", "process.abort()"];
  const output = await runFiltered(args, {
    children: false,
    signals: false,
    metadata: false,
    unixSockets: false,
  });
  assert.match(output, /"event":"exited","signal":\d+/);
});

test("a worker can start after executable mappings of files have ended", async () => {
  // V8 maps its built-in functions from Node's own file for each isolate, unless it is told not to.
  const start = "new (require('node:worker_threads').Worker)('console.log(1)', { eval: true })";
  const code = `const fs = require('node:fs'); fs.writeSync(3, 'ready\\n'); fs.closeSync(3); ${start};`;
  const args = ["--no-short-builtin-calls", "-e", code];
  const output = await runFiltered(args, {
    children: false,
    signals: true,
    metadata: true,
    unixSockets: false,
  });
  assert.equal(output, "1\n");
});
