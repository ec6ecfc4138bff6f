// SPDX-License-Identifier: Apache-2.0
// Run by names.test.ts in a network of its own, in which two public addresses are this machine's.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { run } from "../support/cells.ts";
import { type Answer, zoneOf } from "../support/dns-server.ts";
import { closedPort } from "../support/servers.ts";
import { lines, program } from "./program.ts";
import { FOUR, nameServer, webServer, zone } from "./servers.ts";

suite("whom the broker asks", { concurrency: 1 }, () => {
  test("names of the host's own list need no nameserver, and lead to public addresses alone", async (t) => {
    await webServer(t, FOUR);
    const silent = await closedPort();
    const { stdout, denied } = await run(t, {
      code: program(
        "text('http://listed.example.test/')",
        "dns.promises.lookup('listed-private.example.test')",
        "dns.promises.lookup('unlisted.example.test')",
      ),
      flags: ["--allow-net=*.example.test:80"],
      resolvers: [`127.0.0.1:${silent}`],
    });
    const [listed, listedPrivate, unlisted] = lines(stdout);
    assert.equal(listed, `"listed.example.test at ${FOUR}"`);
    assert.match(listedPrivate ?? "", /^ENOTFOUND/);
    assert.ok(denied.some(({ resource }) => resource === "tcp://10.0.0.9"));
    assert.match(unlisted ?? "", /^EAI_AGAIN/);
  });

  test("where /etc of the host is granted the cell still asks the broker", async (t) => {
    await webServer(t, FOUR);
    const { resolvers } = await nameServer(t);
    const { stdout } = await run(t, {
      code: program("text('http://four.example.test/')", "text('http://listed.example.test/')"),
      flags: ["--allow-net=*.example.test:80", "--allow-fs-read=/etc"],
      resolvers,
    });
    assert.deepEqual(lines(stdout), [`"four.example.test at ${FOUR}"`, `"listed.example.test at ${FOUR}"`]);
  });

  test("a question goes out in lower case, with nothing else of the program's in it", async (t) => {
    const { resolvers, questions } = await nameServer(t);
    await run(t, {
      code: program("dns.promises.resolve4('FoUR.eXAmPLE.test')"),
      flags: ["--allow-net=four.example.test"],
      resolvers,
    });
    assert.deepEqual(
      questions.map(({ written }) => written),
      ["four.example.test"],
    );
  });

  test("a nameserver that fails or does not listen is not the last one asked", async (t) => {
    const failing = await nameServer(t, () => ({ code: 2 }));
    const closed = await closedPort();
    const { resolvers } = await nameServer(t);
    const { stdout } = await run(t, {
      code: program("dns.promises.resolve4('four.example.test')"),
      flags: ["--allow-net=four.example.test"],
      resolvers: [`127.0.0.1:${closed}`, ...failing.resolvers, ...resolvers],
    });
    assert.equal(stdout, `["${FOUR}"]\n`);
  });

  test("answers are kept for as long as they say, and asked for again where they say nothing", async (t) => {
    const answers = zoneOf(
      zone.map((record) => (record.name === "six.example.test" ? { ...record, ttl: 0 } : record)),
    );
    const { resolvers, questions } = await nameServer(t, answers);
    const { stdout } = await run(t, {
      code: program(
        "(await Promise.all(Array.from({ length: 50 }, () => dns.promises.resolve4('four.example.test')))).length",
        "(await dns.promises.resolve4('four.example.test')).length",
        "(await dns.promises.resolve6('six.example.test')).length",
        "(await dns.promises.resolve6('six.example.test')).length",
      ),
      flags: ["--allow-net=*.example.test"],
      resolvers,
    });
    assert.deepEqual(lines(stdout), ["50", "1", "1", "1"]);
    assert.equal(questions.filter(({ name }) => name === "six.example.test").length, 2);
    assert.ok(questions.length < 53, `${questions.length} questions`);
  });

  test("a nameserver that says nothing holds up nobody else", async (t) => {
    await webServer(t, FOUR);
    const known = zoneOf(zone);
    const { resolvers } = await nameServer(t, (question) =>
      question.name === "silent.example.test" ? undefined : known(question),
    );
    const { stdout } = await run(t, {
      code: `const dns = require('node:dns');
        let silent = 'still waiting';
        dns.resolve4('silent.example.test', () => { silent = 'over'; });
        (async () => {
          for (let count = 0; count < 20; count++) await (await fetch('http://four.example.test/')).text();
          console.log(silent);
          process.exit();
        })();`,
      flags: ["--allow-net=*.example.test"],
      resolvers,
    });
    assert.equal(stdout, "still waiting\n");
  });

  test("a thousand different names at once leave the cell a few at a time, and the rest is told to come later", async (t) => {
    const { resolvers, questions } = await nameServer(
      t,
      ({ name }): Answer => [{ name, type: "A", data: FOUR }],
    );
    const { stdout } = await run(t, {
      code: `const dns = require('node:dns').promises;
        Promise.allSettled(Array.from({ length: 1000 }, (_, index) => dns.resolve4('n' + index + '.example.test')))
          .then((all) => console.log(all.filter(({ status }) => status === 'fulfilled').length));`,
      flags: ["--allow-net=*.example.test"],
      resolvers,
    });
    const names = new Set(questions.map(({ name }) => name));
    assert.ok(Number(stdout) >= 100, stdout);
    assert.ok(names.size < 900, `${names.size} names left the cell`);
  });
});
