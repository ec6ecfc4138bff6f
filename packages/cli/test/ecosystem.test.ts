// SPDX-License-Identifier: Apache-2.0
// Real programs from npm under the policies of examples/policies: they work, no grant is idle, and the error for a
// missing one names it.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { grantsOf, installPrograms, runUnderPolicy } from "./ecosystem/projects.ts";

const projects: readonly { name: string; command: readonly string[]; prints: RegExp }[] = [
  {
    name: "prettier",
    command: ["prettier", "--check", "."],
    prints: /All matched files use Prettier code style!/,
  },
  { name: "eslint", command: ["eslint", "--max-warnings=0", "."], prints: /^$/ },
  { name: "tsc", command: ["tsc", "--project", ".", "--listFilesOnly"], prints: /src\/greet\.ts/ },
  { name: "express", command: ["server.js"], prints: /200 \{"hello":"from express"\}/ },
  { name: "fastify", command: ["server.js"], prints: /200 \{"hello":"from fastify"\}/ },
  { name: "vitest", command: ["vitest", "run", "--pool=threads"], prints: /1 passed/ },
];

/** The flag by which an error names a scope. */
const FLAGS: Readonly<Record<string, string>> = {
  "fs.read": "--allow-fs-read",
  "fs.write": "--allow-fs-write",
  "net.connect": "--allow-net",
  "net.listen": "--allow-listen",
  env: "--allow-env",
  run: "--allow-run",
  addon: "--allow-addons",
  worker: "--allow-worker",
  wasi: "--allow-wasi",
  sys: "--allow-sys",
};

before(installPrograms);

for (const { name, command, prints } of projects) {
  describe(name, () => {
    test(`${name} works under its policy`, () => {
      const { status, output } = runUnderPolicy(name, command);
      assert.equal(status, 0, output);
      assert.match(output, prints);
    });

    for (const place of grantsOf(name)) {
      test(`${name} without ${place.scope} ${JSON.stringify(place.value)} it fails, and the error names that grant`, () => {
        const { status, output } = runUnderPolicy(name, command, place);
        assert.notEqual(status, 0, output);
        const flag = FLAGS[place.scope] ?? place.scope;
        assert.ok(output.includes(flag), `expected ${flag} in:\n${output}`);
      });
    }
  });
}
