// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { boundText, escapeText } from "../../../packages/server/src/observe/escape.ts";
import { LineCutter } from "../../../packages/server/src/observe/lines.ts";
import type { Target } from "../target.ts";

const LONGEST = 100;
const MARK = 40;

function cut(bytes: Buffer, step: number): string[] {
  const lines: string[] = [];
  const cutter = new LineCutter(LONGEST, (line) => lines.push(line));
  for (let at = 0; at < bytes.length; at += step) cutter.write(bytes.subarray(at, at + step));
  cutter.end();
  return lines;
}

/** What an app writes to its streams: the first byte says in pieces of which size it comes. */
export const log: Target = {
  name: "log",
  sources: ["packages/server/src/observe/lines.ts", "packages/server/src/observe/escape.ts"],
  inputs: 8_000,
  corpus: [
    Buffer.from("\x01one\ntwo\r\nthree"),
    Buffer.from("\x05é😀\x1b[31m\u202e\n"),
    Buffer.from(`\x40${"long ".repeat(60)}\nshort\n`),
  ],
  tokens: ["\n", "\r\n", "é", "😀", "\x1b]0;x\x07", "\u2028", "\u202e", "\ufeff", "\\x1b"],
  run(input) {
    const bytes = input.subarray(1);
    const lines = cut(bytes, 1 + (input[0] ?? 0));
    assert.deepEqual(
      lines,
      cut(bytes, Math.max(bytes.length, 1)),
      "the lines depend on how the bytes were cut",
    );
    for (const line of lines) {
      assert.ok(
        Buffer.byteLength(line.replaceAll("\ufffd", "?")) <= LONGEST + MARK,
        "a line that is too long",
      );
      const shown = escapeText(line);
      assert.doesNotMatch(shown, /[\u0000-\u0008\n\r\u000b-\u001f\u007f-\u009f\p{Bidi_C}\u2028\u2029]/u);
      assert.ok(boundText(line, 20).length <= 6 * 21, "a text that is too long");
    }
    return lines.length > 0;
  },
};
