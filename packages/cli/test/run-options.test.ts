// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { mergePolicies } from "@cordon/policy";
import { parseRunOptions } from "../src/command-line/run-options.ts";

const offered = ["--policy", "--walls", "--node", "--verbose"] as const;
const parse = (...args: string[]) => parseRunOptions(args, "/project", offered);

test("options and grants come in any order before the program; what follows it is untouched", () => {
  const options = parse(
    "--verbose",
    "--allow-fs-read=./src",
    "--policy",
    "p.json",
    "--allow-net",
    "a.js",
    "--walls=x",
    "-R",
  );
  assert.equal(options.verbose, true);
  assert.equal(options.policyFile, "p.json");
  assert.deepEqual(options.program, ["a.js", "--walls=x", "-R"]);
  const policy = mergePolicies(...options.grants);
  assert.deepEqual(
    policy["fs.read"].allow.map(({ path }) => path),
    ["/project/src"],
  );
  assert.equal(policy["net.connect"].allow.length > 0, true);
});

test("two dashes end the options, so that a program may begin with one", () => {
  assert.deepEqual(parse("--verbose", "--", "--odd.js", "x").program, ["--odd.js", "x"]);
});

test("a flag that nobody knows is refused with the nearest that somebody does", () => {
  assert.throws(() => parse("--polcy=x", "a.js"), {
    code: "ERR_GRANT_UNKNOWN",
    message: /Did you mean --policy\?/,
  });
  assert.throws(() => parse("--allow-fs-raed=x", "a.js"), {
    code: "ERR_GRANT_UNKNOWN",
    message: /Did you mean --allow-fs-read\?/,
  });
  assert.throws(() => parse("--json", "a.js"), { code: "ERR_GRANT_UNKNOWN" });
});

test("an option without its value, or given twice, is refused", () => {
  assert.throws(() => parse("--policy"), { code: "ERR_USAGE" });
  assert.throws(() => parse("--node=", "a.js"), { code: "ERR_USAGE" });
  assert.throws(() => parse("--verbose=1", "a.js"), { code: "ERR_USAGE" });
  assert.throws(() => parse("--policy=a", "--policy=b", "a.js"), { code: "ERR_USAGE" });
});
