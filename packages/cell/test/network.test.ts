// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, connect } from "node:net";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { run, start } from "./support/cells.ts";
import { compiled, hangingPort } from "./support/programs.ts";
import { closedPort, httpServer, tcpServer, udpServer } from "./support/servers.ts";

/** A program that talks to a TCP server and prints what came back, or the error. */
const talk = (options: string, say = "hello"): string => `
  const socket = require('node:net').connect(${options}, () => socket.end('${say}'));
  let got = '';
  socket.on('data', (data) => { got += data; }).on('end', () => console.log(got));
  socket.on('error', (error) => console.log(error.code, error.permission, error.resource, error.message));
`;
/** The kernel's side alone: the runtime's wall is taken away, so that its answer does not come first. */
const kernelSide = ["namespaces", "filters"] as const;

suite("the network that is granted", { concurrency: 3 }, () => {
  test("a granted address and port can be connected to", async (t) => {
    const port = await tcpServer(t);
    const { stdout, denied } = await run(t, {
      code: talk(`{ host: '127.0.0.1', port: ${port} }`),
      flags: [`--allow-net=127.0.0.1:${port}`],
    });
    assert.equal(stdout, "HELLO\n");
    assert.deepEqual(denied, []);
  });

  test("another port or address is refused, with the grant that would help", async (t) => {
    const [port, other] = await Promise.all([tcpServer(t), tcpServer(t)]);
    const flags = [`--allow-net=127.0.0.1:${port}`];
    const { stdout } = await run(t, { code: talk(`{ host: '127.0.0.1', port: ${other} }`), flags });
    assert.match(stdout, /^ERR_ACCESS_DENIED Net /);
    assert.ok(stdout.includes(`127.0.0.1:${other}`), stdout);
    assert.match(stdout, new RegExp(`--allow-net=\\S*127\\.0\\.0\\.1:${other}`));
    const elsewhere = await run(t, { code: talk(`{ host: '127.0.0.2', port: ${port} }`), flags });
    assert.match(elsewhere.stdout, /^ERR_ACCESS_DENIED Net /);
  });

  test("the kernel refuses it too, where the runtime does not", async (t) => {
    const [port, other] = await Promise.all([tcpServer(t), tcpServer(t)]);
    const { stdout, denied } = await run(t, {
      code: talk(`{ host: '127.0.0.1', port: ${other} }`),
      flags: [`--allow-net=127.0.0.1:${port}`],
      walls: kernelSide,
    });
    assert.match(stdout, /^EACCES /);
    assert.deepEqual(
      denied.map(({ scope, resource }) => [scope, resource]),
      [["net.connect", `tcp://127.0.0.1:${other}`]],
    );
  });

  test("without the namespaces' wall the broker holds it as well", async (t) => {
    const [port, other] = await Promise.all([tcpServer(t), tcpServer(t)]);
    const flags = [`--allow-net=127.0.0.1:${port}`];
    const to = (target: number) =>
      run(t, { code: talk(`{ host: '127.0.0.1', port: ${target} }`), flags, walls: ["filters"] });
    const [granted, denied] = await Promise.all([to(port), to(other)]);
    assert.equal(granted.stdout, "HELLO\n");
    assert.match(denied.stdout, /^EACCES /);
  });

  test("a denial inside a granted network holds", async (t) => {
    const [port, other] = await Promise.all([tcpServer(t), tcpServer(t)]);
    const flags = ["--allow-net=127.0.0.0/8", `--deny-net=127.0.0.1:${other}`];
    const granted = await run(t, { code: talk(`{ host: '127.0.0.1', port: ${port} }`), flags });
    assert.equal(granted.stdout, "HELLO\n");
    for (const walls of [undefined, kernelSide]) {
      const { stdout } = await run(t, {
        code: talk(`{ host: '127.0.0.1', port: ${other} }`),
        flags,
        ...(walls === undefined ? {} : { walls }),
      });
      assert.match(stdout, /^(ERR_ACCESS_DENIED|EACCES) /);
    }
  });

  test("fetch reaches a granted HTTP server, again and again, many at once", async (t) => {
    const port = await httpServer(t);
    const code = `
      const ask = async (path) => (await fetch('http://127.0.0.1:${port}' + path)).text();
      (async () => {
        const all = await Promise.all(Array.from({ length: 40 }, (_, index) => ask('/' + index)));
        console.log(all.every((answer, index) => answer === 'asked /' + index), await ask('/last'));
      })();
    `;
    const { stdout, stderr } = await run(t, { code, flags: [`--allow-net=127.0.0.1:${port}`] });
    assert.equal(stdout, "true asked /last\n", stderr);
  });

  test("a refused connection is no denial", async (t) => {
    const port = await closedPort();
    const { stdout, denied } = await run(t, {
      code: talk(`{ host: '127.0.0.1', port: ${port} }`),
      flags: [`--allow-net=127.0.0.1:${port}`],
    });
    assert.match(stdout, /^ECONNREFUSED /);
    assert.deepEqual(denied, []);
  });

  test("IPv6, and IPv4 written as IPv6, are what they mean", async (t) => {
    const [four, six] = await Promise.all([tcpServer(t), tcpServer(t, "::1")]);
    const to = (host: string, port: number, flag: string) =>
      run(t, { code: talk(`{ host: '${host}', port: ${port} }`), flags: [flag], walls: kernelSide });
    const [one, two, three, refused] = await Promise.all([
      to("::1", six, `--allow-net=[::1]:${six}`),
      to("::ffff:127.0.0.1", four, `--allow-net=127.0.0.1:${four}`),
      to("127.0.0.1", four, `--allow-net=[::ffff:127.0.0.1]:${four}`),
      to("::ffff:127.0.0.1", four, `--allow-net=[::/0]:${four}`),
    ]);
    assert.deepEqual([one.stdout, two.stdout, three.stdout], ["HELLO\n", "HELLO\n", "HELLO\n"]);
    assert.match(refused.stdout, /^EACCES /);
  });

  test("datagrams go to the granted address and come back, connected or not", async (t) => {
    const { port, got } = await udpServer(t);
    const code = `
      const { createSocket } = require('node:dgram');
      const plain = createSocket('udp4');
      plain.on('message', (data, { port }) => {
        console.log('plain', String(data), port === ${port});
        plain.close();
        const connected = createSocket('udp4');
        connected.on('message', (data) => { console.log('connected', String(data)); connected.close(); });
        connected.connect(${port}, '127.0.0.1', () => connected.send('two'));
      });
      plain.send('one', ${port}, '127.0.0.1');
    `;
    const flags = [`--allow-net=udp://127.0.0.1:${port}`];
    const { stdout, stderr } = await run(t, { code, flags });
    assert.equal(stdout, "plain ONE true\nconnected TWO\n", stderr);
    assert.deepEqual(got, ["one", "two"]);
  });

  test("a datagram to anywhere else is refused, also from a socket that is connected to the granted one", async (t) => {
    const [granted, other] = await Promise.all([udpServer(t), udpServer(t)]);
    const code = `
      const { createSocket } = require('node:dgram');
      const socket = createSocket('udp4');
      const say = (error) => console.log(error ? error.code : 'sent');
      socket.send('x', ${other.port}, '127.0.0.1', (error) => {
        say(error);
        socket.send('y', ${granted.port}, '127.0.0.1', (error) => { say(error); socket.close(); });
      });
    `;
    const flags = [`--allow-net=udp://127.0.0.1:${granted.port}`];
    const kernel = await run(t, { code, flags, walls: kernelSide });
    assert.equal(kernel.stdout, "EACCES\nsent\n");
    assert.deepEqual(
      kernel.denied.map(({ resource }) => resource),
      [`udp://127.0.0.1:${other.port}`],
    );
    const all = await run(t, { code, flags });
    assert.equal(all.stdout, "ERR_ACCESS_DENIED\nsent\n", all.stderr);
    assert.deepEqual([other.got, granted.got], [[], ["y", "y"]]);
  });

  test("a TCP grant is none for UDP", async (t) => {
    const { port, got } = await udpServer(t);
    const code = `require('node:dgram').createSocket('udp4').send('x', ${port}, '127.0.0.1', (error) => { console.log(error.code); process.exit(); })`;
    const { stdout } = await run(t, {
      code,
      flags: [`--allow-net=tcp://127.0.0.1:${port}`],
      walls: kernelSide,
    });
    assert.equal(stdout, "EACCES\n");
    assert.deepEqual(got, []);
  });

  test("a child's blocking connect, send and receive work as anywhere", async (t) => {
    const port = await tcpServer(t);
    const talk = compiled(t, "talk");
    const { stdout } = await run(t, {
      code: `
        const { spawnSync } = require('node:child_process');
        for (const port of [${port}, 9]) {
          const { stdout, error } = spawnSync('${talk}', [String(port)]);
          process.stdout.write(error ? error.message : stdout);
        }
      `,
      flags: [`--allow-run=${talk}`, `--allow-net=127.0.0.1:${port}`],
    });
    assert.equal(stdout, "FROM A CHILD\nconnect: Permission denied\n");
  });

  test("a connect that hangs holds up no other", async (t) => {
    const port = await tcpServer(t);
    const hanging = await hangingPort(t);
    const talk = compiled(t, "talk");
    const { stdout } = await run(t, {
      code: `
        const { spawn, spawnSync } = require('node:child_process');
        const slow = spawn('${talk}', ['${hanging}']);
        const slower = require('node:net').connect(${hanging}, '127.0.0.1');
        setTimeout(() => {
          const { stdout } = spawnSync('${talk}', ['${port}']);
          process.stdout.write(stdout);
          console.log(slow.exitCode, slower.connecting);
          process.exit();
        }, 100);
      `,
      flags: [`--allow-run=${talk}`, `--allow-net=127.0.0.1:${port}`, `--allow-net=127.0.0.1:${hanging}`],
    });
    assert.equal(stdout, "FROM A CHILD\nnull true\n");
  });

  test("listening that is granted is on the host, and all else is refused", async (t) => {
    const [port, other] = await Promise.all([closedPort(), closedPort()]);
    const code = `
      const { createServer } = require('node:net');
      createServer().on('error', (error) => console.error(error.code)).listen(${other}, '127.0.0.1');
      createServer((socket) => socket.end('from the cell')).listen(${port}, '127.0.0.1', () => console.log('on'));
    `;
    const cell = await start(t, { code, flags: [`--allow-listen=127.0.0.1:${port}`] });
    assert.ok(cell.stdout && cell.stderr);
    const [[error]] = (await Promise.all([once(cell.stderr, "data"), once(cell.stdout, "data")])) as [
      [Buffer],
      [Buffer],
    ];
    assert.match(error.toString(), /^ERR_ACCESS_DENIED\n/);
    assert.equal(await text(connect(port, "127.0.0.1")), "from the cell");
    // It is a real port of the host's: nobody else can have it meanwhile.
    const second = createServer().listen(port, "127.0.0.1");
    const [taken] = (await once(second, "error")) as [NodeJS.ErrnoException];
    assert.equal(taken.code, "EADDRINUSE");
    await cell.stop({ grace: 0 });
    const again = createServer().listen(port, "127.0.0.1");
    await once(again, "listening");
    again.close();
  });

  test("a port that is taken is told as such", async (t) => {
    const port = await tcpServer(t);
    const code = `require('node:net').createServer().on('error', (error) => console.log(error.code)).listen(${port}, '127.0.0.1')`;
    const { stdout } = await run(t, { code, flags: [`--allow-listen=127.0.0.1:${port}`] });
    assert.equal(stdout, "EADDRINUSE\n");
  });
});
