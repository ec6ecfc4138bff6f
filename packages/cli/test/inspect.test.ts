// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { suite, test, type TestContext } from "node:test";
import { parseInspect } from "../src/command-line/inspect.ts";
import { Debugger } from "./support/debugger.ts";

const command = join(import.meta.dirname, "../bin/cordon.js");

const program = [
  "const answer = 6 * 7;",
  "function tell(value) {",
  "  console.log('told', value);",
  "}",
  "tell(answer);",
].join("\n");

/** Starts `cordon run` on a script of its own; both are gone after the test. */
function cordon(
  context: TestContext,
  source: string,
  args: readonly string[],
): { child: ChildProcessWithoutNullStreams; script: string } {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "cordon-inspect-")));
  // Without the namespaces' wall a root's cell is another user, who must pass through.
  chmodSync(directory, 0o755);
  const script = join(directory, "main.js");
  writeFileSync(script, source);
  const child = spawn(process.execPath, [command, "run", ...args, script], { cwd: directory });
  context.after(() => {
    child.kill("SIGTERM");
    rmSync(directory, { recursive: true, force: true });
  });
  return { child, script };
}

/** The address that Node prints. */
async function addressOf(child: ChildProcessWithoutNullStreams): Promise<URL> {
  let said = "";
  for await (const chunk of child.stderr) {
    said += String(chunk);
    const found = /listening on (ws:\S+)\n/.exec(said)?.[1];
    if (found !== undefined) return new URL(found);
  }
  throw new Error(`Expected an address of a debugger, got ${said}`);
}

/** What any process below one listens on, as the host's tables have it: `127.0.0.1:9229`, in the kernel's hexadecimal. */
function listenersBelow(pid: number): string[] {
  const parentOf = (each: string): string => {
    try {
      const stat = readFileSync(`/proc/${each}/stat`, "latin1");
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "0";
    } catch {
      return "0";
    }
  };
  const isBelow = (each: string): boolean =>
    each === String(pid) || (each !== "0" && each !== "1" && isBelow(parentOf(each)));
  const inodes = new Set(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && isBelow(name))
      .flatMap((each) => {
        try {
          return readdirSync(`/proc/${each}/fd`).map((fd) => readlinkSync(`/proc/${each}/fd/${fd}`));
        } catch {
          return []; // gone, or one of the supervisor's, which nobody may look into: it holds no listener
        }
      })
      .map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]),
  );
  return ["tcp", "tcp6"]
    .flatMap((table) => readFileSync(`/proc/net/${table}`, "latin1").split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === "0A" && inodes.has(inode))
    .map(([, local = ""]) => local);
}

suite("a debugger", { concurrency: 2 }, () => {
  for (const [host, walls] of [
    ["127.0.0.1", []],
    ["[::1]", []],
    ["127.0.0.1", ["--walls=-namespaces"]],
    ["127.0.0.1", ["--walls=-runtime"]],
  ] as const) {
    test(`attaches to ${host} on the host, at the address that Node prints ${walls.join()}`, async (t) => {
      const source = `globalThis.answer = 42; setInterval(() => {}, 1000);`;
      const { child } = cordon(t, source, [`--inspect=${host}:0`, ...walls]);
      const address = await addressOf(child);
      assert.equal(address.hostname, host);
      const list = await fetch(`http://${address.host}/json/list`);
      const [target] = (await list.json()) as [{ webSocketDebuggerUrl: string }];
      assert.equal(target.webSocketDebuggerUrl, address.href);
      using attached = await Debugger.attach(address.href);
      assert.ok((await attached.send("Debugger.enable"))["debuggerId"]);
      const { result } = await attached.send("Runtime.evaluate", { expression: "answer" });
      assert.deepEqual(result, { type: "number", value: 42, description: "42" });
      // The walls are around what a debugger evaluates, too.
      const expression = `process.getBuiltinModule("node:fs").readFileSync("/etc/shadow", "utf8")`;
      const read = await attached.send("Runtime.evaluate", { expression });
      assert.match(JSON.stringify(read["exceptionDetails"]), /is not granted|ENOENT|EACCES/);
      const port = Number(address.port).toString(16).toUpperCase().padStart(4, "0");
      const local = host === "127.0.0.1" ? "0100007F" : "00000000000000000000000001000000";
      assert.deepEqual(listenersBelow(child.pid ?? 0), [`${local}:${port}`]);
    });
  }

  test("--inspect-brk waits for it before the first line, and a breakpoint stops where it is set", async (t) => {
    const { child, script } = cordon(t, program, ["--inspect-brk=0"]);
    const output = text(child.stdout);
    using attached = await Debugger.attach((await addressOf(child)).href);
    const urls = new Map<unknown, unknown>();
    attached.on("Debugger.scriptParsed", ({ scriptId, url }) => void urls.set(scriptId, url));
    await attached.send("Runtime.enable");
    await attached.send("Debugger.enable");
    const first = attached.next("Debugger.paused");
    await attached.send("Runtime.runIfWaitingForDebugger");
    const [start] = (
      (await first) as { callFrames: { location: { scriptId: string; lineNumber: number } }[] }
    ).callFrames;
    assert.equal(urls.get(start?.location.scriptId ?? ""), `file://${script}`);
    assert.equal(start?.location.lineNumber, 0);
    await attached.send("Debugger.setBreakpointByUrl", { lineNumber: 2, url: `file://${script}` });
    const second = attached.next("Debugger.paused");
    await attached.send("Debugger.resume");
    const stopped = (await second) as {
      callFrames: { callFrameId: string; functionName: string; location: { lineNumber: number } }[];
    };
    const [frame] = stopped.callFrames;
    assert.deepEqual([frame?.functionName, frame?.location.lineNumber], ["tell", 2]);
    const { result } = await attached.send("Debugger.evaluateOnCallFrame", {
      callFrameId: frame?.callFrameId ?? "",
      expression: "value",
    });
    assert.equal((result as { value: unknown }).value, 42);
    await attached.send("Debugger.resume");
    attached[Symbol.dispose]();
    assert.equal(await output, "told 42\n");
    const [code] = child.exitCode === null ? ((await once(child, "exit")) as [number]) : [child.exitCode];
    assert.equal(code, 0);
  });

  test("without the grant no signal, and no call opens one", async (t) => {
    const source = `
      process.on('SIGUSR2', () => {
        const codes = [];
        const { Session, open, url } = require('node:inspector');
        for (const way of [() => open(0), () => new Session().connect(), () => process._debugProcess(process.pid)])
          try { way(); codes.push('opened'); } catch (error) { codes.push(error.code); }
        console.log(codes.join(), url());
      });
      setInterval(() => {}, 1000);
      console.log('on');
    `;
    const { child } = cordon(t, source, ["--allow-env=*"]);
    let errors = "";
    child.stderr.on("data", (chunk) => (errors += String(chunk)));
    const [on] = (await once(child.stdout, "data")) as [Buffer];
    assert.equal(on.toString(), "on\n");
    child.kill("SIGUSR1");
    const answered = once(child.stdout, "data");
    child.kill("SIGUSR2");
    const [said] = (await answered) as [Buffer];
    assert.equal(said.toString(), `${"ERR_ACCESS_DENIED,".repeat(3).slice(0, -1)} undefined\n`);
    assert.deepEqual(listenersBelow(child.pid ?? 0), []);
    assert.equal(errors, "");
    assert.equal(child.exitCode, null, "it goes on");
  });

  test("a child that is given one by NODE_OPTIONS has none", async (t) => {
    const source = `
      const { spawnSync } = require('node:child_process');
      const env = { ...process.env, NODE_OPTIONS: '--inspect=127.0.0.1:0' };
      const child = spawnSync(process.execPath, ['-e', 'console.log(require("node:inspector").url())'], { env, encoding: 'utf8' });
      console.log(require('node:inspector').url(), child.stdout.trim());
    `;
    const { child } = cordon(t, source, [`--allow-run=${process.execPath}`]);
    assert.equal(await text(child.stdout), "undefined undefined\n");
  });

  test("a policy that denies it wins over the flag, and serve has no such flag", async (t) => {
    const denied = cordon(t, program, ["--inspect=0", "--deny-inspector"]).child;
    assert.match(await text(denied.stderr), /--inspect: .* denies or does not grant/);
    const serve = spawn(process.execPath, [command, "serve", "--inspect=0"]);
    assert.match(await text(serve.stderr), /--inspect/);
    if (serve.exitCode === null) await once(serve, "exit");
    assert.equal(serve.exitCode, 125);
  });
});

test("where it listens is written as for Node, and is loopback alone", () => {
  const at = (text: string) => parseInspect("--inspect", text);
  assert.deepEqual(at(""), { host: "127.0.0.1", port: 9229, wait: false });
  assert.deepEqual(at("0"), { host: "127.0.0.1", port: 0, wait: false });
  assert.deepEqual(at("localhost:80"), { host: "127.0.0.1", port: 80, wait: false });
  assert.deepEqual(at("127.0.0.1"), { host: "127.0.0.1", port: 9229, wait: false });
  assert.deepEqual(at("[::1]:65535"), { host: "::1", port: 65_535, wait: false });
  assert.deepEqual(parseInspect("--inspect-brk", "[::1]"), { host: "::1", port: 9229, wait: true });
  for (const text of [
    "0.0.0.0:1",
    "[::]:1",
    "10.0.0.1",
    "65536",
    "a",
    ":1",
    "127.0.0.1:",
    "127.0.0.2:1",
    "constructor:1",
    "1:1",
  ])
    assert.throws(() => at(text), { code: "ERR_USAGE" }, text);
});
