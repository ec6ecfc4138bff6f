// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { lineReader, parseStatusLine, type StatusEvent } from "../../../packages/cell/src/status-line.ts";
import type { Target } from "../target.ts";

const lines = [
  '{"event":"started","pid":12}',
  '{"event":"ready"}',
  '{"event":"listening","port":3000}',
  '{"event":"denied","scope":"fs.read","resource":"/\\u00c3\\u00a9\\u001b[31m\\u00e2\\u0080\\u00ae","by":"filters"}',
  '{"event":"denied","scope":"net.connect","resource":"tcp://10.0.0.1:80","by":"filters","name":"example.com"}',
  '{"event":"used","use":"read","kind":"file","resource":"/a","real":"/b","by":"/c"}',
  '{"event":"traffic","id":1,"resource":"tcp://a:1","connections":1,"refusals":2,"sent":3,"received":4}',
  '{"event":"counted","id":1,"connections":1,"refusals":2,"sent":3,"received":4,"unmetered":0}',
  '{"event":"drop","request":1,"scope":"fs.read","reference":"%2Fa"}',
  '{"event":"narrowed","id":1,"errno":"EBUSY","resource":"/a"}',
  '{"event":"limit","limit":"memory","value":1,"peak":2,"effect":"ended","by":"cgroup","count":1}',
  '{"event":"frame","text":"\\u001b[31mspin (/app/loop.js:3:9)\\u00e2\\u0080\\u00ae"}',
  '{"event":"rates","id":1,"openFiles":9,"scratch":4096,"scratchFiles":2,"output":10,"connections":1}',
  '{"event":"failed","step":"mount","errno":"EPERM","resource":"/a"}',
  '{"event":"exited","signal":9,"cause":"","lost":0}',
  '{"event":"exited","code":1,"cause":"heap","lost":3}',
  '{"event":"limit","limit":"cpu","effect":"slowed","by":"cgroup","value":0.500,"peak":0.500,"count":9}',
  '{"event":"usage","id":1,"memory":1,"peakMemory":2,"swap":0,"peakSwap":0,"processes":7,"peakProcesses":8,"cpu":9,"user":5,"system":4,"throttled":0}',
  '{"event":"frozen","id":2,"frozen":true,"errno":""}',
].map((line) => `${line}\n`);

function read(bytes: Buffer, step: number): StatusEvent[] {
  const events: StatusEvent[] = [];
  const take = lineReader((line) => {
    const event = parseStatusLine(line);
    if (event !== undefined) events.push(event);
  });
  for (let at = 0; at < bytes.length; at += step) take(bytes.subarray(at, at + step));
  return events;
}

function holdText(event: StatusEvent): void {
  for (const [name, value] of Object.entries(event)) {
    // A share of the processors may be part of one.
    const isAmount = event.event === "limit" && (name === "value" || name === "peak");
    if (typeof value === "number")
      assert.ok(
        value >= 0 && (isAmount ? Number.isFinite(value) : Number.isSafeInteger(value)),
        `${name} is no count: ${value}`,
      );
    else if (name === "frozen") assert.equal(typeof value, "boolean");
    else assert.equal(typeof value, "string", `${name} is neither text nor number`);
  }
  // What a recorded program used keeps its bytes: those are paths. All else is shown.
  const shown = event.event === "used" ? {} : event;
  for (const name of ["resource", "name", "text"] as const) {
    const value: unknown = (shown as Readonly<Record<string, unknown>>)[name];
    if (typeof value === "string") assert.doesNotMatch(value, /[\p{C}\p{Zl}\p{Zp}]/u);
  }
}

/** The supervisor's reports: the first byte says in pieces of which size they come. */
export const status: Target = {
  name: "status",
  sources: ["packages/cell/src/status-line.ts"],
  inputs: 4_000,
  corpus: [
    ...lines.map((line) => Buffer.from(`\x08${line}`)),
    Buffer.from(`@${" ".repeat(20_000)}${lines[0] ?? ""}\n${lines[1] ?? ""}`),
  ],
  tokens: [
    '"',
    "{",
    "}",
    "[",
    ":",
    ",",
    "null",
    "true",
    '"event":',
    "\\u00e9",
    "\\u202e",
    "\\ud800",
    '"name":',
    '"__proto__":{}',
    '"code":',
    '"signal":',
  ],
  run(input) {
    const step = 1 + (input[0] ?? 0) * 4;
    const bytes = input.subarray(1);
    const events = read(bytes, step);
    for (const event of events) holdText(event);
    assert.deepEqual(
      events,
      read(bytes, Math.max(bytes.length, 1)),
      "the events depend on how the bytes were cut",
    );
    return events.length > 0;
  },
};
