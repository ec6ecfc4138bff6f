// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const command = join(import.meta.dirname, "../bin/cordon.js");
const attempts = join(import.meta.dirname, "fixtures/attempts.cjs");
const project = realpathSync(mkdtempSync(join(tmpdir(), "cordon-explain-")));
after(() => rmSync(project, { recursive: true }));
for (const directory of ["src", "dist/keep", "other"])
  mkdirSync(join(project, directory), { recursive: true });
for (const file of ["main.js", ".env", "src/a.js", "dist/old.js", "dist/keep/b.js", "other/c.js"])
  writeFileSync(join(project, file), "");
// Without mounts root's files keep their owner, and the cell has a user of its own.
chmodSync(project, 0o755);
for (const path of ["dist", "dist/old.js", "dist/keep", "dist/keep/b.js", "src/a.js"])
  chmodSync(join(project, path), 0o777);
symlinkSync("../.env", join(project, "src/link"));
symlinkSync("src", join(project, "current"));

function cordon(...args: string[]) {
  const env = { PATH: process.env["PATH"], HOME: project, SECRET: "s" };
  return spawnSync(process.execPath, [command, ...args], { cwd: project, encoding: "utf8", env });
}

interface Told {
  readonly granted: boolean;
  readonly answers: readonly {
    readonly scope: string;
    readonly resource: string;
    readonly granted: boolean;
    readonly rule?: string;
    readonly grant?: string;
    readonly walls: readonly { readonly wall: string; readonly passes: boolean; readonly level: string }[];
  }[];
}

function ask(...args: string[]): Told {
  return JSON.parse(cordon("explain", "--json", ...args).stdout) as Told;
}

const GRANTS = [
  "-R=.",
  "--deny-read=.env",
  "-W=dist",
  "--deny-write=dist/keep",
  "--allow-env=HOME",
  "--allow-run=git",
  "--allow-worker",
];

test("what explain says of an access is what a real cell does with it", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const other = port === 65_535 ? port - 1 : port + 1;
  const at = (name: string): string => join(project, name);
  const cases: readonly (readonly [question: string, attempt: readonly [string, unknown]])[] = [
    ...["src/a.js", "current/a.js", ".env", "src/link", "other", "dist/old.js", "/etc/hostname", "/usr"].map(
      (path) => [`fs.read:${path}`, ["fs.read", path.startsWith("/") ? path : at(path)]] as const,
    ),
    ...["dist/old.js", "dist", "dist/keep/b.js", "src/a.js", "/var/tmp"].map(
      (path) => [`fs.write:${path}`, ["fs.write", path.startsWith("/") ? path : at(path)]] as const,
    ),
    [`net.connect:127.0.0.1:${port}`, ["net.connect", { address: "127.0.0.1", port }]],
    [`net.connect:127.0.0.1:${other}`, ["net.connect", { address: "127.0.0.1", port: other }]],
    ["net.listen:127.0.0.1:0", ["net.listen", { address: "127.0.0.1", port: 0 }]],
    ["env:HOME", ["env", "HOME"]],
    ["env:SECRET", ["env", "SECRET"]],
    ["run:git", ["run", "git"]],
    ["run:/usr/bin/env", ["run", "/usr/bin/env"]],
    ["worker", ["worker", ""]],
  ];
  const grants = [...GRANTS, `--allow-net=127.0.0.1:${port}`];
  for (const walls of [[], ["--walls=-namespaces"], ["--walls=-runtime"]]) {
    const told = ask(...grants, ...walls, ...cases.map(([question]) => `--ask=${question}`), attempts);
    const tried = JSON.stringify(cases.map(([, attempt]) => attempt));
    const run = cordon("run", ...grants, ...walls, attempts, tried);
    assert.equal(run.status, 0, run.stderr);
    const outcomes = JSON.parse(run.stdout) as string[];
    const differing = cases.flatMap(([question], index) => {
      const said = told.answers[index]?.granted === true;
      return said === (outcomes[index] === "granted")
        ? []
        : [`${question}: said ${said}, ${outcomes[index]}`];
    });
    assert.deepEqual(differing, [], walls.join(" "));
    assert.ok(outcomes.includes("granted") && outcomes.some((outcome) => outcome !== "granted"));
  }
});

test("an answer names the rule with its origin, follows links, and says what would help", () => {
  writeFileSync(
    join(project, "cordon.json"),
    '{"allow": {"fs.read": ["./src"]}, "deny": {"fs.read": [".env"]}}',
  );
  try {
    const [granted] = ask("--policy=cordon.json", "fs.read:current/a.js").answers;
    assert.equal(granted?.rule, `${project}/cordon.json /allow/fs.read/0`);
    assert.equal(granted?.resource, `${project}/src/a.js`);
    const [denied] = ask("--policy=cordon.json", "fs.read:src/link").answers;
    assert.equal(denied?.rule, `${project}/cordon.json /deny/fs.read/0`);
    assert.equal(denied?.grant, "");
    const [missing] = ask("--policy=cordon.json", "fs.read:other/c.js").answers;
    assert.deepEqual([missing?.rule, missing?.grant], [undefined, `--allow-fs-read=${project}/other/c.js`]);
  } finally {
    rmSync(join(project, "cordon.json"));
  }
});

test("it ends with 0 where all is granted, with 1 where something is refused, with 125 where nothing was asked", () => {
  assert.equal(cordon("explain", "-R=.", "read:.env").status, 0);
  assert.equal(cordon("explain", "-R=.", "./.env").status, 1);
  const { status, stderr } = cordon("explain", "sys:hostnam");
  assert.equal(status, 125);
  assert.match(stderr, /Did you mean hostname/);
});

test("a script is the program, whose plan is explained; any other word is a question", () => {
  assert.match(cordon("explain", "main.js").stdout, /How this host holds it to that/);
  assert.match(cordon("explain", "main").stdout, /How this host holds it to that/);
  assert.equal(cordon("explain", "mian.js").status, 127);
  assert.match(cordon("explain", "read:main.js").stdout, /^fs\.read .*main\.js: refused/);
  assert.match(
    cordon("explain", "--ask=read:main.js", "main.js").stdout,
    /^fs\.read .*main\.js: granted\n +rule +the program itself/,
  );
});

test("the plan says of each rule which wall enforces it, in words and as data", () => {
  const words = cordon("explain", ...GRANTS, "main.js").stdout;
  assert.match(words, /deny fs\.read .*\.env {2}\(--deny-read=\.env\)\n +namespaces +full +masked/);
  const { rules } = JSON.parse(cordon("explain", "--json", ...GRANTS, "main.js").stdout) as {
    rules: { scope: string; effect: string; walls: { wall: string; level: string; by: string }[] }[];
  };
  assert.deepEqual(
    rules.map(({ effect, scope }) => `${effect} ${scope}`),
    [
      "allow fs.read",
      "deny fs.read",
      "allow fs.write",
      "deny fs.write",
      "allow env",
      "allow run",
      "allow worker",
    ],
  );
  for (const { walls } of rules) assert.ok(walls.some(({ level }) => level === "full"));
});

test("built-ins that are denied and files that are pinned are told where there are any", () => {
  assert.match(cordon("explain", "--deny-builtins=child_process").stdout, /no built-ins +child_process/);
  assert.doesNotMatch(cordon("explain").stdout, /no built-ins|pinned files/);
});
