// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspectFlags, withInspectorPort } from "../src/inspector.ts";
import { networkSteps } from "../src/network-steps.ts";
import { allWalls } from "../src/resolve.ts";
import { policyOf } from "./support/policies.ts";

const granted = policyOf("--allow-inspector");
const at = { host: "127.0.0.1", port: 9300, wait: false } as const;
const node = { version: "24.21.0" };

const ports = (...args: Parameters<typeof withInspectorPort>): string[] =>
  networkSteps(withInspectorPort(...args)).map(
    ({ call, allow, address, prefix, from, to }) =>
      `${allow ? "allow" : "deny"} ${call} ${address}/${prefix} ${from}-${to}`,
  );

test("a granted inspector may listen on one port of loopback, and one that is not granted on none", () => {
  assert.deepEqual(ports(granted, "run", at), ["allow bind 127.0.0.1/32 9300-9300"]);
  assert.deepEqual(ports(granted, "run", { ...at, host: "::1", port: 0 }), ["allow bind ::1/128 0-0"]);
  assert.deepEqual(ports(granted, "run"), ["allow bind 127.0.0.1/32 9229-9229"]);
  assert.deepEqual(ports(policyOf(), "run", at), []);
  assert.deepEqual(ports(granted, "serve"), []);
});

test("a denial of that very port comes first", () => {
  const policy = policyOf("--allow-inspector", "--deny-listen=127.0.0.1:9300");
  assert.equal(ports(policy, "run", at)[0], "deny bind 127.0.0.1/32 9300-9300");
});

test("Node gets its own flag, with the host written out", () => {
  const flags = (inspect: Parameters<typeof inspectFlags>[3]["inspect"] & object): string[] =>
    inspectFlags(granted, node, allWalls, { mode: "run", inspect });
  assert.deepEqual(flags(at), ["--inspect=127.0.0.1:9300"]);
  assert.deepEqual(flags({ host: "::1", port: 0, wait: true }), ["--inspect-brk=[::1]:0"]);
  assert.deepEqual(inspectFlags(granted, node, allWalls, { mode: "run" }), []);
});

test("a debugger that could not be reached, or is not granted, is refused before the start", () => {
  const refused = { code: "ERR_NOT_ENFORCEABLE" };
  const inspect = { mode: "run", inspect: at } as const;
  assert.throws(() => inspectFlags(policyOf(), node, allWalls, inspect), refused);
  assert.throws(() => inspectFlags(granted, node, ["namespaces", "runtime"], inspect), refused);
  assert.throws(() => inspectFlags(granted, { version: "24.11.0" }, allWalls, inspect), refused);
  assert.throws(() => inspectFlags(granted, node, allWalls, { ...inspect, mode: "serve" }), refused);
  // Without its permission model any Node will do.
  const flags = inspectFlags(granted, { version: "20.0.0" }, ["namespaces", "filters"], inspect);
  assert.deepEqual(flags, ["--inspect=127.0.0.1:9300"]);
});
