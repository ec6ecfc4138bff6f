// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { suite, test, type TestContext } from "node:test";
import { CordonError } from "@cordon/policy";
import { directoryWith, outcomeOf, run, start } from "./support/cells.ts";

/** A server at a path that answers in capitals. */
async function shouting(context: TestContext, path: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    socket
      .on("data", (data) => socket.write(data.toString("utf8").toUpperCase()))
      .on("end", () => socket.end());
  });
  server.listen({ path, writableAll: true, readableAll: true });
  await once(server, "listening");
  context.after(() => server.close());
  return server;
}

/** A program that talks to each of the sockets that it is told, and prints what came back, or the error. */
const talk = `
  const { connect } = require('node:net');
  const one = (path) => new Promise((resolve) => {
    let socket;
    try { socket = connect(path, () => socket.end('hello')); } catch (error) { return resolve(describe(error)); }
    let got = '';
    socket.on('data', (data) => { got += data; }).on('end', () => resolve(got)).on('error', (error) => resolve(describe(error)));
  });
  const describe = ({ code, scope, resource, grant }) => [code, scope, resource, grant].filter(Boolean).join(' ');
  (async () => { for (const path of process.argv.slice(2)) console.log(await one(path)); })();
`;

const kernelSide = ["namespaces", "filters"] as const;
const settings = [{}, { walls: kernelSide }, { walls: ["filters", "runtime"] as const }];

suite("unix sockets that are granted", { concurrency: 3 }, () => {
  test("a granted socket is talked to, and any other is refused with the grant that would help", async (t) => {
    const root = directoryWith(t, {});
    const [granted, other] = [join(root, "granted.sock"), join(root, "other.sock")];
    await Promise.all([shouting(t, granted), shouting(t, other)]);
    const flags = [`--allow-unix=${granted}`];
    for (const setting of settings) {
      const { stdout, stderr, denied } = await run(t, {
        code: talk,
        args: [granted, other],
        flags,
        ...setting,
      });
      const refusal =
        setting.walls === kernelSide ? "EACCES" : `ERR_ACCESS_DENIED net.unix ${other} --allow-unix=${other}`;
      assert.equal(stdout, `HELLO\n${refusal}\n`, stderr);
      assert.deepEqual(
        denied.map(({ scope, resource }) => [scope, resource]),
        [["net.unix", other]],
      );
    }
  });

  test("a directory covers the sockets in it, but for what is denied; a star covers what starts so", async (t) => {
    const root = directoryWith(t, { "in/deep/file": "" });
    const paths = ["in/one.sock", "in/deep/two.sock", "in/deep/no.sock", "app-1.sock", "apple.sock"].map(
      (name) => join(root, name),
    );
    for (const path of paths) await shouting(t, path);
    const flags = [
      `--allow-unix=${root}/in`,
      `--deny-unix=${root}/in/deep/no.sock`,
      `--allow-unix=${root}/app-*`,
    ];
    const { stdout, stderr } = await run(t, { code: talk, args: paths, flags, walls: kernelSide });
    assert.equal(stdout, "HELLO\nHELLO\nEACCES\nHELLO\nEACCES\n", stderr);
  });

  test("a socket may be granted and named by a link, and by a relative path", async (t) => {
    const root = directoryWith(t, {
      "real/file": "",
      link: "-> real",
      "named.sock": "-> real/a.sock",
      "main.js": talk,
    });
    await shouting(t, join(root, "real/a.sock"));
    await shouting(t, join(root, "real/b.sock"));
    const setting = { entry: join(root, "main.js"), directory: root };
    const linked = await run(t, {
      ...setting,
      args: [
        `${root}/link/a.sock`,
        `${root}/real/a.sock`,
        "link/a.sock",
        "./real/../link/a.sock",
        "named.sock",
      ],
      flags: [`--allow-unix=${root}/link/a.sock`, `--allow-unix=${root}/named.sock`],
    });
    assert.equal(linked.stdout, "HELLO\n".repeat(5), linked.stderr);
    // What was no link when the plan was made is not followed, whoever has made it.
    const cell = await start(t, {
      code: `process.stdin.once('data', () => { ${talk} });`,
      args: [`${root}/real/b.sock`],
      flags: [`--allow-unix=${root}/real/b.sock`],
    });
    rmSync(join(root, "real/b.sock"));
    spawnSync("ln", ["-s", "a.sock", join(root, "real/b.sock")]);
    const outcome = outcomeOf(cell);
    cell.stdin?.end("go");
    assert.equal((await outcome).stdout, "EACCES\n");
  });

  test("a server that comes later, or anew, is found", async (t) => {
    const root = directoryWith(t, {});
    const path = join(root, "late.sock");
    const cell = await start(t, {
      code: `
        const { connect } = require('node:net');
        const ask = () => { const socket = connect('${path}', () => socket.end('x')); socket.on('data', (data) => console.log(String(data))).on('error', ({ code }) => console.log(code)); };
        process.stdin.on('data', ask);
      `,
      flags: [`--allow-unix=${path}`],
    });
    assert.ok(cell.stdout && cell.stdin);
    const ask = async (): Promise<string> => {
      cell.stdin?.write("go");
      const [said] = (await once(cell.stdout ?? process.stdin, "data")) as [Buffer];
      return said.toString();
    };
    assert.equal(await ask(), "ENOENT\n");
    const first = await shouting(t, path);
    assert.equal(await ask(), "X\n");
    await new Promise((resolve) => first.close(resolve));
    await shouting(t, path);
    assert.equal(await ask(), "X\n");
  });

  test("a program listens where it is granted, on the host, again after closing, and leaves nothing behind", async (t) => {
    const root = directoryWith(t, {});
    const [granted, other] = [join(root, "own.sock"), join(root, "other.sock")];
    const code = `
      const { createServer } = require('node:net');
      const refused = (error) => console.log(error.code, error.scope, error.resource);
      try { createServer().on('error', refused).listen('${other}'); } catch (error) { refused(error); }
      const listen = (then) => createServer((socket) => socket.end('from the cell')).listen('${granted}', then);
      const first = listen(() => first.close(() => { const again = listen(() => console.log('on', again.address())); }));
    `;
    for (const setting of settings) {
      const cell = await start(t, { code, flags: [`--allow-unix=${granted}`], ...setting });
      assert.ok(cell.stdout);
      let said = "";
      for await (const chunk of cell.stdout) if ((said += String(chunk)).includes("on ")) break;
      const refusal =
        setting.walls === kernelSide ? "EACCES undefined undefined" : `ERR_ACCESS_DENIED net.unix ${other}`;
      assert.equal(said, `${refusal}\non ${granted}\n`);
      assert.ok(statSync(granted).isSocket());
      assert.equal(await text(connect(granted)), "from the cell");
      await cell.stop({ grace: 0 });
      assert.ok(!existsSync(granted) && !existsSync(other));
    }
  });

  test("what was there stays, and what was put in the place of the program's own socket too", async (t) => {
    const root = directoryWith(t, {});
    const path = join(root, "taken.sock");
    await shouting(t, path);
    const code = `require('node:net').createServer().on('error', ({ code }) => console.log(code)).listen('${path}', () => console.log('on'))`;
    const taken = await run(t, { code, flags: [`--allow-unix=${path}`] });
    assert.equal(taken.stdout, "EADDRINUSE\n", taken.stderr);
    assert.ok(existsSync(path));
    const own = join(root, "own.sock");
    const cell = await start(t, { code: code.replace(path, own), flags: [`--allow-unix=${own}`] });
    await once(cell.stdout ?? process.stdin, "data");
    renameSync(path, own);
    await cell.stop({ grace: 0 });
    assert.ok(statSync(own).isSocket(), "it is somebody else's");
  });

  test("the cell's own /tmp has sockets of its own, and nothing of the host's is in it", async (t) => {
    const root = directoryWith(t, {});
    const outside = join(root, "outside.sock");
    await shouting(t, outside);
    const code = `
      const { connect, createServer } = require('node:net');
      const server = createServer((socket) => { socket.end('own'); server.close(); }).listen('/tmp/own.sock', () => {
        connect('/tmp/own.sock').on('data', (data) => console.log(String(data))).on('close', () => {
          connect('${outside}').on('connect', () => console.log('outside')).on('error', ({ code }) => console.log(code));
        });
      });
    `;
    const { stdout, stderr } = await run(t, {
      code,
      flags: ["--allow-unix=/tmp", "--allow-fs-read=/tmp", "--allow-fs-write=/tmp"],
      walls: kernelSide,
    });
    assert.match(stdout, /^own\n(ENOENT|EACCES)\n$/, stderr);
    assert.ok(!existsSync("/tmp/own.sock"));
  });

  test("the peer sees the cell's user, not root", async (t) => {
    const root = directoryWith(t, { "peer.c": peerSource });
    const built = spawnSync("cc", ["-o", join(root, "peer"), join(root, "peer.c")], { encoding: "utf8" });
    assert.equal(built.status, 0, built.stderr);
    const path = join(root, "peer.sock");

    const peer = spawn(join(root, "peer"), [path], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => peer.kill("SIGKILL"));
    await once(peer.stdout, "data");
    const answered = text(peer.stdout);
    await run(t, { code: talk, args: [path], flags: [`--allow-unix=${path}`] });
    const uid = Number(await answered);
    if (process.getuid?.() === 0) assert.ok(uid >= 0x40000000, `got ${uid}`);
    else assert.equal(uid, process.getuid?.());
  });

  test("a grant of unix sockets without the filters' wall is refused: only its broker reaches them", async (t) => {
    const setting = {
      code: "",
      flags: ["--allow-unix=/run/x.sock"],
      walls: ["namespaces", "runtime"] as const,
    };
    await assert.rejects(
      run(t, setting),
      (error) => error instanceof CordonError && error.code === "ERR_NOT_ENFORCEABLE",
    );
  });
});

const peerSource = `
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
int main(int count, char **arguments) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  struct ucred who;
  socklen_t length = sizeof who;
  strcpy(at.sun_path, arguments[1]);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 1) < 0) return 1;
  chmod(arguments[1], 0600);
  setvbuf(stdout, NULL, _IONBF, 0);
  printf(" ");
  int got = accept(fd, NULL, NULL);
  if (getsockopt(got, SOL_SOCKET, SO_PEERCRED, &who, &length) < 0) return 1;
  printf("%u", who.uid);
  return 0;
}
`;
