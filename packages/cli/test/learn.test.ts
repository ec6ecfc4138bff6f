// SPDX-License-Identifier: Apache-2.0
// Programs run once under `cordon learn`, then under the policy that it wrote: they work, and the policy is small.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { examples, installPrograms } from "./ecosystem/projects.ts";
import { type Ended, type Place, place, root, type RunOptions } from "./learn/programs.ts";

const MOST_RULES = 15;

before(installPrograms);

/** The rules of a learnt policy as `scope value`. */
function rulesOf({ allow }: { allow: Record<string, unknown> }): readonly string[] {
  return Object.entries(allow).flatMap(([scope, entries]) => {
    if (!Array.isArray(entries)) return [scope];
    return entries.map((entry: Record<string, unknown>) => {
      assert.equal(typeof entry["reason"], "string", `expected a reason for ${JSON.stringify(entry)}`);
      return `${scope} ${String(entry["path"] ?? entry["host"] ?? entry["name"] ?? entry["program"])}`;
    });
  });
}

/** Learns, runs under what was learnt, and holds the policy to its bounds. */
async function learnAndRun(
  at: Place,
  program: readonly string[],
  check: (ended: Ended) => void,
  options: RunOptions = {},
): Promise<readonly string[]> {
  const file = join(at.directory, "cordon.json");
  const learning = await at.run(["learn", `--output=${file}`, ...program], options);
  assert.match(learning.stderr, /WITHOUT any wall/);
  check(learning);
  const rules = rulesOf(at.policy());
  assert.ok(rules.length <= MOST_RULES, `expected at most ${MOST_RULES} rules:\n${rules.join("\n")}`);
  for (const rule of rules) {
    const [scope = "", value = ""] = rule.split(" ");
    if (scope.startsWith("fs.")) assert.ok(value !== "/" && value !== at.home, rule);
  }
  const walled = await at.run(["run", "--verbose", `--policy=${file}`, ...program], options);
  check(walled);
  assert.equal(walled.status, learning.status, walled.stderr);
  return rules;
}

function ends(prints: RegExp, status = 0): (ended: Ended) => void {
  return (ended) => {
    assert.match(ended.stdout, prints, ended.stderr);
    assert.equal(ended.status, status, ended.stderr);
  };
}

test("a server with express, asked once and stopped by SIGTERM", async () => {
  using at = place({});
  const server = join(examples, "express/listen.js");
  const rules = await learnAndRun(at, [server], ends(/^listening \d+\nasked \/\n$/, 143), {
    async until(printed) {
      const port = /listening (\d+)/.exec(printed)?.[1];
      if (printed.includes("asked")) return "SIGTERM";
      if (port !== undefined) assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "hello");
      return undefined;
    },
  });
  assert.ok(rules.includes("net.listen 127.0.0.1:0"), rules.join("\n"));
});

test("prettier over a directory", async () => {
  using at = place({});
  const rules = await learnAndRun(at, ["prettier", "--check", "."], ends(/All matched files use Prettier/), {
    cwd: join(examples, "prettier"),
  });
  assert.ok(!rules.some((rule) => rule.startsWith("fs.write") || rule.startsWith("run")), rules.join("\n"));
});

test("a TypeScript compile that writes its output", async () => {
  using at = place({});
  const out = join(at.directory, "out");
  const done = (ended: Ended): void => {
    assert.equal(ended.status, 0, ended.stderr);
    assert.match(readFileSync(join(out, "greet.js"), "utf8"), /greet/);
  };
  const rules = await learnAndRun(
    at,
    ["tsc", "--project", ".", "--noEmit", "false", "--rootDir", "src", "--outDir", out],
    done,
    {
      cwd: join(examples, "tsc"),
    },
  );
  assert.ok(rules.includes("fs.write ./out"), rules.join("\n"));
});

describe("a native addon", () => {
  const directory = join(import.meta.dirname, "learn/sharp");
  before(async () => {
    const { isInstalled, install } = (await import(join(root, "tools/setup/dependencies.mjs"))) as {
      isInstalled(directory: string): boolean;
      install(directory: string): void;
    };
    if (!isInstalled(directory)) install(directory);
  });

  test("sharp resizes an image", async () => {
    using at = place({});
    const rules = await learnAndRun(
      at,
      [join(directory, "resize.js"), join(at.directory, "small.png")],
      ends(/^8x8\n$/),
    );
    assert.ok(
      rules.some((rule) => rule.startsWith("addon") && rule.includes("@img/sharp-linux")),
      rules.join("\n"),
    );
    assert.ok(rules.includes("fs.write ./small.png"), rules.join("\n"));
  });
});

test("a program that starts git", async () => {
  using at = place({
    "status.js": `const { execFileSync } = require("node:child_process");
process.stdout.write(execFileSync("git", ["log", "--format=%s by %an"], { cwd: "repository" }));`,
  });
  const repository = join(at.directory, "repository");
  const git = (...args: string[]): void =>
    void execFileSync("git", ["-C", repository, "-c", "user.name=Ada", "-c", "user.email=a@b.c", ...args]);
  execFileSync("git", ["init", "--quiet", repository]);
  writeFileSync(join(repository, "file"), "text");
  git("add", ".");
  git("commit", "--quiet", "--message", "first");
  // Found by HOME alone: whoever looks there has read the variable.
  writeFileSync(join(at.home, ".gitconfig"), "[log]\n\tdate = iso\n");
  const rules = await learnAndRun(at, ["status.js"], ends(/^first by Ada\n$/));
  assert.ok(rules.includes("run git"), rules.join("\n"));
  assert.ok(rules.includes("env HOME"), rules.join("\n"));
});

/** A name of this machine's own beside localhost, if it has one: a policy by name must bring its address too. */
function ownName(): string {
  const lines = readFileSync("/etc/hosts", "utf8").matchAll(/^127\.0\.0\.1[ \t]+(.+)$/gm);
  const names = [...lines].flatMap(([, list = ""]) => list.split(/\s+/));
  return names.find((name) => /^[a-z0-9.-]+$/.test(name) && name !== "localhost") ?? "localhost";
}

for (const user of ["root", "ordinary"]) {
  test(`a client of an HTTP API by name, ${user === "root" ? "as whoever runs this" : "as an ordinary user"}`, async () => {
    const server = createServer((_request, response) => response.end("from the API"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const name = user === "root" ? ownName() : "localhost";
    try {
      using at = place(
        {
          "client.mjs": `const { readFile, writeFile, rename } = await import("node:fs/promises");
const response = await fetch(process.env.API);
await writeFile("answer.new", await response.text());
await rename("answer.new", "answer");
console.log(await readFile("answer", "utf8"));`,
        },
        user === "ordinary",
      );
      const rules = await learnAndRun(at, ["client.mjs"], ends(/^from the API\n$/), {
        env: { API: `http://${name}:${port}/`, SECRET: "not asked for" },
      });
      assert.ok(rules.includes(`net.connect ${name}:${port}`), rules.join("\n"));
      assert.deepEqual(
        rules.filter((rule) => rule.startsWith("env")),
        ["env API"],
      );
    } finally {
      server.close();
    }
  });
}

test("--merge adds what a file lacks, says so, and keeps the rest", async () => {
  using at = place({
    "main.js": `console.log(process.env.NAME ?? "nobody", require("node:fs").readFileSync("data", "utf8"));`,
    data: "data",
    secret: "secret",
    "cordon.json": `{"allow": {"env": ["HOME"]}, "deny": {"env": ["NAME"]}, "limits": {"wallTime": "9s"}}`,
  });
  const refused = await at.run(["learn", "main.js"]);
  assert.equal(refused.status, 125);
  assert.match(refused.stderr, /--merge/);
  const nowhere = await at.run(["learn", "--output=missing/cordon.json", "main.js"]);
  assert.deepEqual([nowhere.status, nowhere.stdout], [125, ""], "before the program has run");
  assert.match(nowhere.stderr, /nothing can be written in .*missing \(ENOENT\)/);
  const { stderr } = await at.run(["learn", "--merge", "--check", "main.js"], { env: { NAME: "Ada" } });
  assert.match(stderr, /1 rules? added/);
  assert.match(stderr, /\+ fs\.read \.\/data \(read\)/);
  assert.match(stderr, /! env NAME .*deny/);
  assert.match(stderr, /checked: under this policy the program ends with 0 too/);
  assert.deepEqual(at.policy(), {
    allow: { env: ["HOME"], "fs.read": [{ path: "./data", reason: "read" }] },
    deny: { env: ["NAME"] },
    limits: { wallTime: "9s" },
  });
  const again = await at.run(["learn", "--merge", "main.js"]);
  assert.match(again.stderr, /nothing to add/);
});

test("stdin, standard output and the exit code are the program's", async () => {
  using at = place({
    "main.js": `process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3;`,
  });
  const { status, stdout, stderr } = await at.run(["learn", "main.js"]);
  assert.deepEqual([status, stdout], [3, "out"]);
  assert.match(stderr, /err/);
  assert.match(stderr, /the program ended with 3/);
});
