// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { allScopes } from "@cordon/policy";
import { runtimesDirectory } from "../../../tools/runtimes/fetch.ts";
import { agrees, filesOf, shellBlocks } from "./docs/blocks.ts";

const root = join(import.meta.dirname, "../../..");
const pages = [
  "README.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  ...["docs", "docs/scopes"].flatMap((directory) =>
    readdirSync(join(root, directory))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${directory}/${name}`),
  ),
];
const home = mkdtempSync(join(tmpdir(), "cordon-docs-"));
after(() => rmSync(home, { recursive: true }));

/** The files that docs/permissions.md speaks of; the other pages speak of this repository. */
const project = join(home, "project");
for (const directory of ["src", "dist/keep"]) mkdirSync(join(project, directory), { recursive: true });
writeFileSync(join(project, "package.json"), "{}");
for (const name of ["lint.js", "build.js"]) writeFileSync(join(project, name), "");

/** A page that shows files has a directory of its own, with these files in it. */
function directoryOf(page: string, text: string): string {
  const files = filesOf(text);
  if (page === "docs/permissions.md") return project;
  if (files.length === 0) return root;
  const directory = join(home, page.replaceAll("/", "-"));
  mkdirSync(directory, { recursive: true });
  for (const { name, text: contents } of files) writeFileSync(join(directory, name), contents);
  return directory;
}

/** What a page may show without its being run here, because it runs this test, or never ends. */
const NOT_RUN = [
  /^npm test$/,
  /^npm run test:kernels\b/,
  /^npm start$/,
  /^(?:npx )?cordon serve\b/,
  /^git clone /,
  /^cd cordon$/,
];

for (const page of pages) {
  const text = readFileSync(join(root, page), "utf8");
  const directory = directoryOf(page, text);
  for (const { script, marks, line, output } of shellBlocks(text)) {
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
        cwd: directory,
        encoding: "utf8",
        env: {
          ...process.env,
          // What npm thinks of this user's settings is no part of a page.
          npm_config_loglevel: "error",
          HOME: home,
          npm_config_update_notifier: "false",
          // docs/oci.md runs what it shows, with the runtimes of this machine's distribution.
          PATH: `${root}/node_modules/.bin:${page === "docs/oci.md" ? `${runtimesDirectory()}:` : ""}${process.env["PATH"] ?? ""}`,
        },
      });
      assert.equal(status, expected, `${script}ended with ${status}:\n${stdout}${stderr}`);
      if (output !== undefined)
        assert.ok(agrees(output, stdout), `the page shows:\n${output}\nwhat was printed:\n${stdout}`);
    });
  }
}

for (const scope of allScopes()) {
  test(`docs/scopes/${scope}.md shows what works and what is refused, with what is printed`, () => {
    const blocks = shellBlocks(readFileSync(join(root, `docs/scopes/${scope}.md`), "utf8"));
    const shown = blocks.filter(({ output }) => output !== undefined);
    assert.ok(shown.some(({ marks }) => marks.includes("works")));
    assert.ok(shown.some(({ marks }) => marks.includes("refused")));
    assert.ok(blocks.some(({ script }) => /cordon explain/.test(script)));
  });
}

/** The anchors that a page's headings have. */
function anchorsOf(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
      (match[1] ?? "")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

test("every link of a page leads to a file that is there, and to a heading in it", () => {
  const broken = [...pages, "ARCHITECTURE.md"].flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(
      ([link, to = "", anchor]) => {
        const target = to === "" ? join(root, page) : join(root, dirname(page), to);
        if (!existsSync(target)) return [`${page}: ${link}`];
        if (anchor === undefined || !target.endsWith(".md")) return [];
        return anchorsOf(readFileSync(target, "utf8")).has(anchor) ? [] : [`${page}: ${link}`];
      },
    );
  });
  assert.deepEqual(broken, []);
});

test("a page may leave out what changes from run to run, and nothing else", () => {
  assert.ok(agrees("took … ms\nend\n", "took 12 ms\nend\n"));
  assert.ok(!agrees("took … ms\n", "took 12 ms\nand more\n"));
  assert.ok(!agrees("a.c", "abc"));
  assert.ok(agrees("first\n…\nlast\n", "first\n  at a\n  at b\nlast\n"));
  assert.ok(!agrees("first\n…\nlast\n", "first\nlast\nand more\n"));
});
