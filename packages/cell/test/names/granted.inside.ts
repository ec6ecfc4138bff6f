// SPDX-License-Identifier: Apache-2.0
// Run by names.test.ts in a network of its own, in which two public addresses are this machine's.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { outcomeOf, run, start } from "../support/cells.ts";
import { closedPort } from "../support/servers.ts";
import { kernelSide, lines, program, resources } from "./program.ts";
import { echoServer, FOUR, KEY, nameServer, SIX, tlsServer, webServer } from "./servers.ts";

// One at a time: their servers have the same addresses and ports.
suite("granted names", { concurrency: 1 }, () => {
  test("fetch reaches a granted name, over IPv4 and IPv6, and nothing that the C library does besides is a refusal", async (t) => {
    await webServer(t, FOUR);
    await webServer(t, SIX);
    const { resolvers, questions } = await nameServer(t);
    const { stdout, stderr, denied } = await run(t, {
      code: program(
        "text('http://four.example.test/')",
        "text('http://six.example.test/')",
        "(await text('http://www.example.test/')).slice(0, 16)",
      ),
      flags: ["--allow-net=*.example.test:80"],
      resolvers,
    });
    assert.deepEqual(
      lines(stdout),
      [`"four.example.test at ${FOUR}"`, `"six.example.test at ${SIX}"`, '"www.example.test"'],
      stderr,
    );
    assert.deepEqual(denied, []);
    assert.deepEqual(
      [...new Set(questions.map(({ name }) => name))],
      ["four.example.test", "six.example.test", "www.example.test"],
    );
  });

  test("tls gives the server the granted name (SNI)", async (t) => {
    await tlsServer(t, FOUR);
    const { resolvers } = await nameServer(t);
    const options = `{ host: 'four.example.test', port: 443, servername: 'four.example.test', ciphers: 'PSK', maxVersion: 'TLSv1.2',
      pskCallback: () => ({ psk: Buffer.from('${KEY}', 'hex'), identity: 'x' }), checkServerIdentity: () => {} }`;
    const { stdout } = await run(t, {
      code: program(
        `new Promise((good, bad) => require('node:tls').connect(${options}).on('error', bad).on('data', (data) => good(String(data))))`,
      ),
      flags: ["--allow-net=four.example.test:443"],
      resolvers,
    });
    assert.equal(stdout, '"hello four.example.test"\n');
  });

  test("an address passes under its name's port alone, and only once it was given out", async (t) => {
    await webServer(t, FOUR);
    const { resolvers } = await nameServer(t);
    const { stdout, denied } = await run(t, {
      code: program(
        `connect(80, '${FOUR}')`,
        "connect(80, 'four.example.test')",
        `connect(80, '${FOUR}')`,
        "connect(81, 'four.example.test')",
      ),
      flags: ["--allow-net=four.example.test:80"],
      resolvers,
      walls: kernelSide,
    });
    const [before, named, after, otherPort] = lines(stdout);
    assert.match(before ?? "", /^EACCES/);
    assert.deepEqual([named, after], ['"connected"', '"connected"']);
    assert.match(otherPort ?? "", /^EACCES/);
    assert.deepEqual(resources(denied), [`tcp://${FOUR}:80`, "tcp://four.example.test:81"]);
  });

  test("a name that is not granted does not exist, leaves no question behind, and the error names it with the port", async (t) => {
    const { resolvers, questions } = await nameServer(t);
    const setting = {
      code: program(
        "connect(443, 'www.other.test')",
        "text('https://www.other.test/')",
        "dns.promises.lookup('www.other.test')",
        "dns.promises.resolve4('www.other.test')",
        "connect(80, 'www.example.test')",
      ),
      flags: ["--allow-net=www.example.test:443"],
      resolvers,
    };
    const { stdout, denied } = await run(t, setting);
    const [connect, fetch, lookup, resolve, port] = lines(stdout);
    const withPort = /^ERR_ACCESS_DENIED \| .*www\.other\.test:443.* \| --allow-net=www\.other\.test:443$/;
    assert.match(connect ?? "", withPort);
    assert.match(fetch ?? "", withPort);
    for (const line of [lookup, resolve])
      assert.match(line ?? "", /^ERR_ACCESS_DENIED \| .*www\.other\.test.* \| --allow-net=www\.other\.test$/);
    assert.match(
      port ?? "",
      /^ERR_ACCESS_DENIED \| .*www\.example\.test:80.* \| --allow-net=www\.example\.test:80$/,
    );
    assert.ok(resources(denied).includes("tcp://www.other.test"));
    assert.ok(resources(denied).includes("tcp://www.other.test:443"));
    const bare = await run(t, { ...setting, walls: kernelSide });
    for (const line of lines(bare.stdout).slice(0, 4)) assert.match(line, /^ENOTFOUND/);
    assert.deepEqual([...new Set(questions.map(({ name }) => name))], ["www.example.test"]);
  });

  test("`public` and `*` let every name be looked up; a denied name is none", async (t) => {
    await webServer(t, FOUR);
    const { resolvers } = await nameServer(t);
    for (const flag of ["--allow-net=public:80", "--allow-net=*:80"]) {
      const { stdout } = await run(t, {
        code: program(
          "text('http://www.other.test/')",
          "connect(80, 'four.example.test')",
          "connect(80, 'sub.denied.test')",
        ),
        flags: [flag, "--deny-net=four.example.test", "--deny-net=*.denied.test"],
        resolvers,
      });
      const [granted, denied, below] = lines(stdout);
      assert.equal(granted, `"www.other.test at ${FOUR}"`, flag);
      assert.match(denied ?? "", /^ERR_ACCESS_DENIED .*four\.example\.test/);
      assert.match(below ?? "", /^ERR_ACCESS_DENIED .*sub\.denied\.test/);
    }
  });

  test("aliases lead to where they end, and to nothing where a rule denies one of them", async (t) => {
    await webServer(t, FOUR);
    const { resolvers } = await nameServer(t);
    const code = program("text('http://alias.example.test/')");
    const flags = ["--allow-net=alias.example.test:80"];
    const granted = await run(t, { code, flags, resolvers });
    assert.equal(granted.stdout, `"alias.example.test at ${FOUR}"\n`);
    const denied = await run(t, { code, flags: [...flags, "--deny-net=one.cdn.test"], resolvers });
    assert.match(denied.stdout, /^ENOTFOUND/);
    assert.ok(resources(denied.denied).includes("tcp://one.cdn.test"));
  });

  test("long answers come whole: over TCP from the nameserver, and over TCP to the program", async (t) => {
    const { resolvers, questions } = await nameServer(t);
    const { stdout } = await run(t, {
      code: program(
        "(await dns.promises.resolve4('many.example.test')).length",
        "(await dns.promises.lookup('many.example.test', { all: true })).length",
        "(await dns.promises.resolveTxt('data.example.test'))[0].join('').length",
      ),
      flags: ["--allow-net=*.example.test"],
      resolvers,
    });
    assert.deepEqual(lines(stdout), ["60", "60", "3000"]);
    assert.ok(questions.some(({ over }) => over === "tcp"));
  });

  test("dns.resolve of every kind works for a granted name, without the addresses that it may not have", async (t) => {
    const { resolvers } = await nameServer(t);
    const { stdout } = await run(t, {
      code: program(
        "dns.promises.resolve4('www.example.test')",
        "dns.promises.resolve6('www.example.test')",
        "dns.promises.resolveCname('alias.example.test')",
        "dns.promises.resolveMx('data.example.test')",
        "dns.promises.resolveSrv('data.example.test')",
        "dns.promises.resolveNs('data.example.test')",
        "(await dns.promises.resolveAny('data.example.test')).map(({ type }) => type).sort()",
        "new Promise((good, bad) => new dns.Resolver().resolve4('www.example.test', (error, all) => error ? bad(error) : good(all)))",
      ),
      flags: ["--allow-net=*.example.test"],
      resolvers,
    });
    assert.deepEqual(lines(stdout), [
      `["${FOUR}"]`,
      `["${SIX}"]`,
      '["one.cdn.test"]',
      '[{"exchange":"mail.example.test","priority":10,"type":"MX"}]',
      '[{"name":"www.example.test","port":443,"priority":1,"weight":2,"type":"SRV"}]',
      '["ns.example.test"]',
      '["MX","NS","SRV","TXT"]',
      `["${FOUR}"]`,
    ]);
  });

  test("what a name may not lead to is taken out and told, unless it is granted by address", async (t) => {
    const port = await closedPort();
    const { resolvers } = await nameServer(t);
    const code = program(
      "(await dns.promises.lookup('mixed.example.test', { all: true })).map(({ address }) => address).sort()",
      "dns.promises.lookup('private.example.test')",
      `connect(${port}, 'local.example.test')`,
    );
    const flags = ["--allow-net=*.example.test"];
    const { stdout, denied } = await run(t, { code, flags, resolvers });
    const [mixed, none, local] = lines(stdout);
    assert.equal(mixed, JSON.stringify([SIX, FOUR]));
    assert.match(none ?? "", /^ENOTFOUND/);
    assert.match(local ?? "", /^ENOTFOUND/);
    const told = denied.map(({ resource, name }) => `${resource} ${name}`);
    for (const expected of [
      "tcp://169.254.169.254 mixed.example.test",
      "tcp://[::ffff:10.0.0.1] mixed.example.test",
      "tcp://[64:ff9b::a00:1] mixed.example.test",
      "tcp://10.0.0.1 private.example.test",
      "tcp://127.0.0.1 local.example.test",
    ])
      assert.ok(told.includes(expected), `${expected} in ${told.join(", ")}`);
    const granted = await run(t, { code, flags: [...flags, `--allow-net=127.0.0.1:${port}`], resolvers });
    assert.match(lines(granted.stdout)[2] ?? "", /^ECONNREFUSED/);
  });

  test("datagrams go to a granted name", async (t) => {
    await echoServer(t, FOUR, 123);
    const { resolvers } = await nameServer(t);
    const { stdout } = await run(t, {
      code: `const socket = require('node:dgram').createSocket('udp4');
        socket.on('message', (data) => { console.log(String(data)); socket.close(); });
        socket.send('time', 123, 'four.example.test');`,
      flags: ["--allow-net=udp://four.example.test:123"],
      resolvers,
    });
    assert.equal(stdout, "TIME\n");
  });

  test("a child of the cell's that uses the C library is answered, and refused, by the same resolver", async (t) => {
    const { resolvers } = await nameServer(t);
    const { stdout } = await run(t, {
      code: `const { spawnSync } = require('node:child_process');
        for (const name of ['four.example.test', 'www.other.test']) {
          const { status, stdout } = spawnSync('getent', ['ahosts', name], { encoding: 'utf8' });
          console.log(status, stdout.split(/\\s/)[0]);
        }`,
      flags: ["--allow-net=*.example.test", "--allow-run=getent"],
      env: { PATH: "/usr/bin:/bin" },
      resolvers,
    });
    assert.deepEqual(lines(stdout), [`0 ${FOUR}`, "2"]);
  });

  test("an app that is served resolves what it is granted", async (t) => {
    const { resolvers } = await nameServer(t);
    const cell = await start(t, {
      code: `require('node:dns').resolve4('four.example.test', (error, all) => console.log(error?.code ?? all[0]));
        require('node:http').createServer().listen(80);`,
      flags: ["--allow-net=four.example.test"],
      mode: "serve",
      resolvers,
    });
    const outcome = outcomeOf(cell);
    cell.stdout?.once("data", () => void cell.stop({ grace: 0 }));
    assert.match((await outcome).stdout, new RegExp(FOUR));
  });
});
