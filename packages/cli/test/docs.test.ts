// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { agrees, shellBlocks } from "./docs/blocks.ts";

const root = join(import.meta.dirname, "../../..");
const pages = [
  "README.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const home = mkdtempSync(join(tmpdir(), "cordon-docs-"));
after(() => rmSync(home, { recursive: true }));

/** The files that docs/permissions.md speaks of; the other pages speak of this repository. */
const project = join(home, "project");
for (const directory of ["src", "dist/keep"]) mkdirSync(join(project, directory), { recursive: true });
writeFileSync(join(project, "package.json"), "{}");
for (const name of ["lint.js", "build.js"]) writeFileSync(join(project, name), "");

/** What a page may show without its being run here, because it runs this test, or never ends. */
const NOT_RUN = [/^npm test$/, /^npm start$/, /^(?:npx )?cordon serve\b/, /^git clone /, /^cd cordon$/];

for (const page of pages) {
  for (const { script, marks, line, output } of shellBlocks(readFileSync(join(root, page), "utf8"))) {
    if (marks.includes("not-run")) {
      test(`${page}:${line} shows only what cannot be run in a test`, () => {
        const lines = script.trim().split("\n");
        assert.deepEqual(
          lines.filter((command) => !NOT_RUN.some((allowed) => allowed.test(command))),
          [],
        );
      });
      continue;
    }
    test(`${page}:${line} does what the page says`, () => {
      const expected = Number(marks.find((mark) => mark.startsWith("exit="))?.slice(5) ?? 0);
      const { status, stdout, stderr } = spawnSync("bash", ["-c", `set -e; exec 2>&1\n${script}`], {
        cwd: page === "docs/permissions.md" ? project : root,
        encoding: "utf8",
        env: {
          ...process.env,
          HOME: home,
          npm_config_update_notifier: "false",
          PATH: `${root}/node_modules/.bin:${process.env["PATH"] ?? ""}`,
        },
      });
      assert.equal(status, expected, `${script}ended with ${status}:\n${stdout}${stderr}`);
      if (output !== undefined)
        assert.ok(agrees(output, stdout), `the page shows:\n${output}\nwhat was printed:\n${stdout}`);
    });
  }
}

test("a page may leave out what changes from run to run, and nothing else", () => {
  assert.ok(agrees("took … ms\nend\n", "took 12 ms\nend\n"));
  assert.ok(!agrees("took … ms\n", "took 12 ms\nand more\n"));
  assert.ok(!agrees("a.c", "abc"));
  assert.ok(agrees("first\n…\nlast\n", "first\n  at a\n  at b\nlast\n"));
  assert.ok(!agrees("first\n…\nlast\n", "first\nlast\nand more\n"));
});
