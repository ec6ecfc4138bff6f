// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { nameAsked } from "@cordon/policy";
import { parseStatusLine } from "../../../packages/cell/src/status-line.ts";
import { collectDenials } from "../../../packages/cli/src/run/denials.ts";
import type { Target } from "../target.ts";

const LONGEST = 2000;
const MOST_LINES = 51;
const query = Buffer.from("1234010000010000000000000377777707657861" + "6d706c6503636f6d0000010001", "hex");

/** What the command shows of a cell's refusals, and reads out of the questions of a recorded one: report lines. */
export const told: Target = {
  name: "told",
  sources: [
    "cli/src/run/denials.ts",
    "cli/src/run/grant-for.ts",
    "cli/src/terminal.ts",
    "policy/src/learn/question.ts",
  ],
  inputs: 3_000,
  corpus: [
    Buffer.from(
      '{"event":"denied","scope":"net.connect","resource":"tcp://example.com","by":"filters"}\n{"event":"denied","scope":"net.connect","resource":"tcp://example.com:443","by":"runtime"}\n',
    ),
    Buffer.from(
      '{"event":"denied","scope":"fs.read","resource":"/etc/\\u001b[31m\\u00e2\\u0080\\u00ae,","by":"runtime"}\n{"event":"denied","scope":"env","resource":"A=B","by":"x","name":"n"}\n',
    ),
    Buffer.from(
      `{"event":"used","use":"question","kind":"","resource":"${query.toString("hex")}","real":"","by":""}\n`,
    ),
  ],
  tokens: [
    '"',
    '\\"',
    "\\u009b",
    '"denied"',
    '"used"',
    '"scope":"run"',
    '"scope":"net.listen"',
    '"scope":"net.unix"',
    '"scope":"addon"',
    "udp://[::1]:53",
    "tcp://",
    "00",
    "3f",
    "40",
    "c0",
  ],
  run(input) {
    const cell = new EventEmitter();
    const denials = collectDenials(cell);
    let read = 0;
    for (const line of input.toString("latin1").split("\n").slice(0, 100)) {
      const event = parseStatusLine(line);
      if (event?.event === "denied") cell.emit("denied", { ...event, count: 1 });
      if (event?.event === "used") {
        const name = nameAsked(event.resource);
        if (name !== undefined) assert.match(name, /^[a-z0-9_.-]{1,253}$/);
      }
      read += Number(event !== undefined);
    }
    const lines = denials.lines();
    assert.ok(lines.length <= MOST_LINES, "too many lines");
    for (const line of lines) {
      assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}]/u, "a line that steers the terminal");
      assert.ok(line.length < LONGEST, "a line that is too long");
    }
    return read > 0;
  },
};
