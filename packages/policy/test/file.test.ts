// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CordonError, isCordonError } from "../src/errors.ts";
import { maxFileLength, parsePolicyFile } from "../src/file.ts";
import { toJSONSchema } from "../src/schema.ts";

const at = { file: "cordon.json", directory: "/app" };

function errorOf(text: string): CordonError<"ERR_POLICY_INVALID"> {
  try {
    parsePolicyFile(text, at);
  } catch (error) {
    if (isCordonError(error, "ERR_POLICY_INVALID")) return error;
    throw error;
  }
  throw new Error(`Expected ${text} to be refused.`);
}

test("a file with everything in it is read", () => {
  const document = parsePolicyFile(
    JSON.stringify({
      $schema: "x",
      extends: "./base.json",
      allow: {
        "fs.read": ["./src", { path: "../x", optional: true }],
        "net.connect": ["10.0.0.0/8:443"],
        worker: true,
        run: [{ program: "git", sha256: "A".repeat(64) }],
      },
      deny: { env: ["AWS_*"] },
      limits: { memory: "256MB", processes: 32, wallTime: "30s" },
      accept: ["limits"],
    }),
    at,
  );
  assert.equal(document.extends, "./base.json");
  assert.deepEqual(document.allow["fs.read"], [
    { path: "/app/src", optional: false, origin: "cordon.json /allow/fs.read/0" },
    { path: "/x", optional: true, origin: "cordon.json /allow/fs.read/1" },
  ]);
  assert.equal(document.allow.run[0]?.sha256, "a".repeat(64));
  assert.equal(document.deny.env[0]?.pattern, "AWS_*");
  assert.deepEqual(document.limits, { memory: 268435456, processes: 32, wallTime: 30000 });
  assert.deepEqual(document.accept, ["limits"]);
  assert.ok(Object.isFrozen(document) && Object.isFrozen(document.allow["fs.read"][0]));
});

const refused: readonly (readonly [json: string, path: string, says: RegExp])[] = [
  ["[]", "", /Expected a policy: an object, got a list/],
  ["{", "", /Expected JSON/],
  ['{"alow": {}}', "/alow", /Did you mean allow\?/],
  ['{"allow": {"fs.raed": []}}', "/allow/fs.raed", /Did you mean fs\.read\?/],
  ['{"allow": {"fs/read": []}}', "/allow/fs~1read", /Did you mean fs\.read\?/],
  ['{"__proto__": {"worker": true}}', "/__proto__", /Unknown key/],
  ['{"allow": {"__proto__": []}}', "/allow/__proto__", /Unknown key/],
  ['{"allow": {"constructor": []}}', "/allow/constructor", /Unknown key/],
  ['{"allow": {"fs.read": "./src"}}', "/allow/fs.read", /Expected a list/],
  ['{"allow": {"fs.read": ["a", 3]}}', "/allow/fs.read/1", /got `3` \(number\)/],
  [
    '{"allow": {"fs.read": [{"path": "a", "optonal": true}]}}',
    "/allow/fs.read/0/optonal",
    /Did you mean optional/,
  ],
  ['{"allow": {"fs.read": [{"optional": true}]}}', "/allow/fs.read/0/path", /Expected text/],
  ['{"allow": {"fs.read": [{"path": "a", "sha256": "x"}]}}', "/allow/fs.read/0/sha256", /Unknown key/],
  ['{"allow": {"addon": [{"path": "a", "sha256": "x"}]}}', "/allow/addon/0", /64 hexadecimal digits/],
  ['{"allow": {"fs.read": ["src/**/*.ts"]}}', "/allow/fs.read/0", /only at the end/],
  ['{"allow": {"fs.read": ["~/x"]}}', "/allow/fs.read/0", /the shell's/],
  ['{"allow": {"fs.read": ["a\\u0000b"]}}', "/allow/fs.read/0", /control characters/],
  ['{"allow": {"env": ["LD_PRELOAD"]}}', "/allow/env/0", /never handed in/],
  ['{"allow": {"env": ["LD_*"]}}', "/allow/env/0", /never handed in/],
  ['{"allow": {"worker": false}}', "/allow/worker", /left out/],
  ['{"limits": {"memory": "lots"}}', "/limits/memory", /size such as "256MB", got `lots` \(string\)/],
  ['{"limits": {"memory": 1024}}', "/limits/memory", /got `1024` \(number\)/],
  ['{"limits": {"processes": 1.5}}', "/limits/processes", /whole number/],
  ['{"limits": {"cpu": 0}}', "/limits/cpu", /a number from 0\.01 to 1024, got `0`/],
  ['{"limits": {"cpu": "0.5"}}', "/limits/cpu", /got `0\.5` \(string\)/],
  ['{"limits": {"cpuWeight": 10001}}', "/limits/cpuWeight", /whole number from 1 to 10000/],
  ['{"limits": {"wallTime": "0s"}}', "/limits/wallTime", /duration/],
  ['{"limits": {"wal-time": "1s"}}', "/limits/wal-time", /Did you mean wallTime/],
  ['{"deny": {"worker": true}, "deny": {}}', "", /"deny" twice/],
  ['{"deny": {"worker": true}, "\\u0064eny": {}}', "", /"deny" twice/],
  ['{"extends": 3}', "/extends", /Expected a path/],
];

for (const [json, path, says] of refused) {
  test(`refused at ${path || "its root"}: ${json}`, () => {
    const error = errorOf(json);
    assert.match(error.message, says);
    assert.equal(error.details.path, path);
    assert.ok(error.message.startsWith(path === "" ? "cordon.json: " : `cordon.json ${path}: `));
  });
}

test("what is too large is refused", () => {
  assert.match(errorOf(" ".repeat(maxFileLength + 1)).message, /at most/);
  assert.match(errorOf(JSON.stringify({ allow: { env: Array(257).fill("A") } })).message, /at most 256/);
  assert.match(errorOf(JSON.stringify({ allow: { env: ["A".repeat(4097)] } })).message, /at most 4096/);
});

test("a key in one object and in the next is not a repetition", () => {
  parsePolicyFile(
    '{"allow":{"fs.read":[{"path":"a\\"{"},{"path":"b"}]},"deny":{"fs.read":["{\\"deny\\":"]}}',
    at,
  );
});

test("any bytes give a document or an error with its code, never anything else", () => {
  const json = fc
    .json({ maxDepth: 4 })
    .map((text) => text.replaceAll('"a', '"allow').replaceAll('"d', '"deny'));
  fc.assert(
    fc.property(fc.oneof(json, fc.string()), (text) => {
      try {
        parsePolicyFile(text, at);
      } catch (error) {
        assert.ok(isCordonError(error, "ERR_POLICY_INVALID"));
      }
    }),
  );
  assert.equal(Object.hasOwn(Object.prototype, "worker"), false);
});

test("the JSON Schema knows the same keys as the parser", () => {
  const schema = JSON.stringify(toJSONSchema());
  for (const key of ["fs.read", "net.unix", "inspector", "wallTime", "openFiles", "extends"]) {
    assert.ok(schema.includes(`"${key}":`), key);
  }
});
