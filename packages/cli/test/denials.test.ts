// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { collectDenials, type DeniedEvent } from "../src/run/denials.ts";

/** A cell is a broker of events to this part: an emitter is all of it. */
function linesAfter(events: readonly DeniedEvent[]): readonly string[] {
  const cell = new EventEmitter<{ denied: [DeniedEvent] }>();
  const denials = collectDenials(cell);
  for (const event of events) cell.emit("denied", event);
  return denials.lines();
}

const connect = { scope: "net.connect", resource: "tcp://1.2.3.4:80", by: "filters", count: 1 };

test("a refusal is summed up with the grant that would allow it", () => {
  assert.deepEqual(linesAfter([connect, { ...connect, count: 2 }]), [
    "refused net.connect tcp://1.2.3.4:80 (3×); allow with --allow-net=1.2.3.4:80",
  ]);
  assert.deepEqual(linesAfter([{ scope: "fs.read", resource: "/etc/passwd", by: "filters", count: 1 }]), [
    "refused fs.read /etc/passwd; allow with --allow-fs-read=/etc/passwd",
  ]);
});

test("what has no resource is granted by its flag alone, and what nothing grants names none", () => {
  const by = "runtime";
  assert.deepEqual(linesAfter([{ scope: "worker", resource: "", by, count: 1 }]), [
    "refused worker; allow with --allow-worker",
  ]);
  assert.deepEqual(linesAfter([{ scope: "sys", resource: "priority", by, count: 1 }]), [
    "refused sys priority; allow with --allow-sys=priority",
  ]);
  assert.deepEqual(linesAfter([{ scope: "sys", resource: "process.setuid()", by, count: 1 }]), [
    "refused sys process.setuid()",
  ]);
});

test("UDP keeps its protocol in the grant", () => {
  assert.match(
    linesAfter([{ ...connect, resource: "udp://[::1]:53" }])[0] ?? "",
    /--allow-net=udp:\/\/\[::1\]:53$/,
  );
});

test("no control character of a hostile resource reaches the terminal", () => {
  const [line = ""] = linesAfter([
    { ...connect, scope: "fs.read", resource: "/a\u001b]0;owned\u0007\n\u202e" },
  ]);
  assert.doesNotMatch(line, /[\u0000-\u001f\u202e]/);
  assert.match(line, /\\u001b/);
});

test("a million different refusals take neither memory nor screen", () => {
  const lines = linesAfter(
    Array.from({ length: 1000 }, (_, n) => ({ ...connect, resource: `tcp://1.2.3.4:${n}` })),
  );
  assert.equal(lines.length, 51);
  assert.equal(lines.at(-1), "refused 950 more accesses");
});
