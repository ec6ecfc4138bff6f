// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptOf } from "../src/program/script-of.ts";

test("a shebang that names node makes a script, whatever the file is called", () => {
  for (const line of [
    "#!/usr/bin/env node",
    "#! /usr/bin/env node",
    "#!/usr/bin/env -S node --no-warnings",
    "#!/usr/bin/env -S A=b node",
    "#!/usr/local/bin/node",
  ])
    assert.equal(scriptOf("/p/bin/tool", `${line}\n`), "/p/bin/tool", line);
});

test("other interpreters and native programs are no scripts for Node", () => {
  assert.equal(scriptOf("/p/bin/tool", "#!/bin/sh\necho\n"), undefined);
  assert.equal(scriptOf("/p/bin/tool.js", "#!/usr/bin/env deno\n"), undefined);
  assert.equal(scriptOf("/p/bin/tool", "#!/usr/bin/env node-gyp\n"), undefined);
  assert.equal(scriptOf("/p/bin/tool", "\u007fELF"), undefined);
});

test("a file without a shebang is a script if its name says so", () => {
  assert.equal(scriptOf("/p/tool.cjs", "'use strict';"), "/p/tool.cjs");
});

test("the shell script that pnpm writes leads to the script behind it", () => {
  const shim =
    '#!/bin/sh\nbasedir=$(dirname "$0")\nif [ -x "$basedir/node" ]; then\n  exec "$basedir/node"  "$basedir/../prettier/bin/prettier.cjs" "$@"\nelse\n  exec node  "$basedir/../prettier/bin/prettier.cjs" "$@"\nfi\n';
  assert.equal(scriptOf("/p/node_modules/.bin/prettier", shim), "/p/node_modules/prettier/bin/prettier.cjs");
});
