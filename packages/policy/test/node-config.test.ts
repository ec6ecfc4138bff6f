// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { isCordonError } from "../src/errors.ts";
import { mergePolicies } from "../src/merge.ts";
import { parseNodeConfig } from "../src/node-config.ts";
import { policyToPlain } from "../src/plain.ts";
import { policyOf } from "./policies.ts";

const at = { file: "node.config.json", directory: "/app" };
const read = (permission: unknown): unknown =>
  policyToPlain(mergePolicies(parseNodeConfig(JSON.stringify({ permission }), at)));

test("Node's permission object is its flags", () => {
  assert.deepEqual(
    read({
      permission: true,
      "allow-fs-read": ["./src", "/etc/x"],
      "allow-fs-write": "*",
      "allow-child-process": true,
      "allow-worker": true,
      "allow-net": true,
      "allow-addons": false,
      "allow-wasi": false,
      "allow-inspector": true,
    }),
    policyToPlain(
      policyOf(
        ..."--allow-fs-read=./src,/etc/x --allow-fs-write=* --allow-child-process --allow-worker".split(" "),
        ..."--allow-net --allow-inspector".split(" "),
      ),
    ),
  );
  assert.deepEqual(policyToPlain(mergePolicies(parseNodeConfig("{}", at))), policyToPlain(policyOf()));
});

const refused: readonly (readonly [text: string, path: string, says: RegExp])[] = [
  ["[]", "", /Expected an object/],
  ["{", "", /Expected JSON/],
  ['{"permission": {"allow-worker": true, "allow-worker": false}}', "", /twice/],
  ['{"permission": {"allow-fs-raed": []}}', "/permission/allow-fs-raed", /Did you mean allow-fs-read/],
  ['{"permission": {"allow-fs-read": true}}', "/permission/allow-fs-read", /a list of at most 256/],
  ['{"permission": {"allow-fs-read": [1]}}', "/permission/allow-fs-read", /a list of at most 256/],
  ['{"permission": {"allow-fs-read": ["a/../*/b"]}}', "/permission/allow-fs-read", /Expected/],
  ['{"permission": {"allow-worker": "yes"}}', "/permission/allow-worker", /true or false/],
  ['{"permission": {"permission": 1}}', "/permission/permission", /true or false/],
  ['{"nodeOptions": {"import": ["./x.js"]}}', "/nodeOptions", /no other option is handed on/],
  ['{"testRunner": {}}', "/testRunner", /Unknown key/],
];

for (const [text, path, says] of refused) {
  test(`${text} is refused, by its place`, () => {
    assert.throws(
      () => parseNodeConfig(text, at),
      (error) => {
        assert.ok(isCordonError(error, "ERR_POLICY_INVALID"));
        assert.equal(error.details.path, path);
        assert.match(error.message, says);
        return error.message.startsWith("node.config.json");
      },
    );
  });
}
