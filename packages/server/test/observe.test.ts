// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { escapeText } from "../src/observe/escape.ts";
import { AppEvents } from "../src/observe/events.ts";
import { LineCutter } from "../src/observe/lines.ts";
import { AppLog } from "../src/observe/log.ts";
import { Ring } from "../src/observe/ring.ts";

function cut(chunks: readonly (string | Buffer)[], longest = 100): string[] {
  const lines: string[] = [];
  const cutter = new LineCutter(longest, (line) => lines.push(line));
  for (const chunk of chunks) cutter.write(Buffer.from(chunk));
  cutter.end();
  return lines;
}

test("what could move a terminal's cursor, colour, hide or reorder is written out", () => {
  assert.equal(
    escapeText("\u001b[2J\u0007\tx\u009b\u202e\u2066\u200b\r"),
    "\\x1b[2J\\x07\tx\\x9b\\u202e\\u2066\\u200b\\x0d",
  );
  assert.equal(escapeText("\ud800 ü 漢 👩"), "\\ud800 ü 漢 👩");
});

test("lines are cut at line feeds, whichever way the bytes arrive", () => {
  const bytes = Buffer.from("ä\r\nbc\n\nd");
  assert.deepEqual(cut([bytes]), ["ä", "bc", "", "d"]);
  assert.deepEqual(cut([...bytes].map((byte) => Buffer.from([byte]))), ["ä", "bc", "", "d"]);
  assert.deepEqual(cut([Buffer.from([0xff, 0xc3, 0x0a])]), ["\ufffd\ufffd"]);
});

test("a line past its bound is cut, and says by how much", () => {
  assert.deepEqual(cut(["x".repeat(60), "x".repeat(60), "x".repeat(880), "\ny\n"]), [
    `${"x".repeat(100)}… (900 bytes more)`,
    "y",
  ]);
});

test("the ring keeps the newest, up to its weight", () => {
  const ring = new Ring<string>(10, (text) => text.length);
  for (let index = 0; index < 1000; index += 1) ring.push(`${index}`);
  assert.deepEqual(ring.items(), ["997", "998", "999"]);
  assert.equal(ring.dropped, 997);
  ring.push("x".repeat(100));
  assert.deepEqual(ring.items(), ["x".repeat(100)]);
});

test("a flood is not read faster than its bound: the writer waits", async () => {
  const log = new AppLog({ logBytes: 10_000, logBytesPerSecond: 100_000 });
  const source = new PassThrough({ highWaterMark: 1000 });
  log.capture("stdout", source);
  let written = 0;
  const end = performance.now() + 300;
  while (performance.now() < end) {
    while (source.write("x".repeat(999) + "\n")) written += 1000;
    written += 1000;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // Two seconds may have been touched; what is not read stays with the writer.
  assert.ok(source.readableLength + source.writableLength > 0, "the rest waits");
  assert.ok(log.lines().length <= 10);
  source.destroy();
});

test("the same event again is counted, not kept again", () => {
  const events = new AppEvents({ events: 3 });
  for (let index = 0; index < 1000; index += 1)
    events.record("denied", { scope: "fs.read", resource: "/etc\u001b" });
  events.record("denied", { scope: "fs.read", resource: "/other", by: undefined }, 4);
  const [first, second] = events.list();
  assert.deepEqual([first?.["resource"], first?.count], ["/etc\\x1b", 1000]);
  assert.deepEqual([second?.["resource"], second?.count], ["/other", 4]);
  for (let index = 0; index < 10; index += 1) events.record("limit", { value: index });
  assert.equal(events.list().length, 3);
  assert.equal(events.dropped, 9);
});
