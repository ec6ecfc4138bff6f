// SPDX-License-Identifier: Apache-2.0
// Run by names.test.ts in a network of its own, in which two public addresses are this machine's.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { outcomeOf, run, start } from "../support/cells.ts";
import type { Answer, Question } from "../support/dns-server.ts";
import { program } from "./program.ts";
import { FOUR, nameServer } from "./servers.ts";

suite("hostile answers", { concurrency: 2 }, () => {
  const answered = (question: Question, tail: Buffer): Buffer => {
    const labels = question.name
      .split(".")
      .map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
    const wire = Buffer.concat([...labels, Buffer.from([0, 0, question.type, 0, 1])]);
    return Buffer.concat([Buffer.from([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]), wire, tail]);
  };
  const asking = {
    code: program("dns.promises.resolve4('four.example.test')"),
    flags: ["--allow-net=four.example.test"],
  };

  test("bytes that are no answer end in an error, soon", async (t) => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.alloc(600, 0xff),
      Buffer.alloc(600, 0xc0),
      Buffer.from([0x81, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ]) {
      const { resolvers } = await nameServer(t, () => bytes);
      const { stdout, exit } = await run(t, {
        ...asking,
        code: `const timer = setTimeout(() => { console.log('nothing'); process.exit(); }, 500);
          require('node:dns').resolve4('four.example.test', (error) => { console.log(error?.code); clearTimeout(timer); });`,
        resolvers,
      });
      assert.match(stdout, /^(nothing|ESERVFAIL|ETIMEOUT)\n$/);
      assert.equal(exit.exitCode, 0);
    }
  });

  test("a record that runs over the end, and a ring of names, are no answer", async (t) => {
    const over = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0xff, 0xff, 8, 8, 8, 8]);
    const ring = Buffer.from([0xc0, 34, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 8, 8, 8, 8]);
    for (const tail of [over, ring]) {
      const { resolvers } = await nameServer(t, (question) => answered(question, tail));
      const { stdout } = await run(t, { ...asking, resolvers });
      assert.match(stdout, /^(ESERVFAIL|ENODATA|ENOTFOUND|EBADRESP)/);
    }
  });

  test("an answer for another name does not count", async (t) => {
    const { resolvers } = await nameServer(t, ({ name }): Answer => {
      return [
        { name: "evil.test", type: "A", data: FOUR },
        { name: `x.${name}`, type: "A", data: FOUR },
      ];
    });
    const { stdout } = await run(t, { ...asking, resolvers });
    assert.match(stdout, /^(ENODATA|ENOTFOUND)/);
  });

  test("a cell ends well with questions under way", async (t) => {
    const { resolvers } = await nameServer(t, () => undefined);
    const cell = await start(t, { ...asking, resolvers });
    const ended = outcomeOf(cell);
    await Promise.race([cell.ready, setTimeout(5000)]);
    await cell.stop({ grace: 0 });
    assert.equal((await ended).exit.signal, "SIGKILL");
  });
});
