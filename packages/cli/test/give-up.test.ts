// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cordonRun, ownDirectory, users } from "./support/users.ts";

const example = join(import.meta.dirname, "../../../examples/give-up");

for (const user of users) {
  test(`${user}: the example reads its configuration, then gives up the rest`, (t) => {
    const files = readdirSync(example).map((name) => [name, readFileSync(join(example, name), "utf8")]);
    const directory = ownDirectory(t, user, Object.fromEntries(files) as Record<string, string>);
    const { stdout, stderr, status } = cordonRun(user, directory, ["--policy=cordon.json", "main.js"]);
    assert.equal(status, 0, stderr);
    assert.equal(
      stdout,
      'Hello, whoever you are\nmay read its configuration: false\nERR_ACCESS_DENIED: Reading ./config.json is not granted: it was given up by process.permission.drop("fs.read").\n',
    );
  });
}
