// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { learnRules } from "../src/learn/learn.ts";
import type { LearnFacts, LearntUse } from "../src/learn/types.ts";
import { facts, use } from "./learn/facts.ts";

const HERE = "/home/ada/project";

function rules(uses: readonly LearntUse[], changes: Partial<LearnFacts> = {}): readonly string[] {
  return learnRules(uses, facts(changes)).rules.map(({ scope, value, optional }) =>
    `${scope} ${value}${optional ? "?" : ""}`.trim(),
  );
}

const notes = (uses: readonly LearntUse[]): string => learnRules(uses, facts()).notes.join("\n");
const none = { kind: "none" };
const directory = { kind: "directory" };

test("a few files are files, many are their directory", () => {
  const files = ["a", "b", "c", "d"].map((name) => use("read", `${HERE}/src/${name}.js`));
  assert.deepEqual(rules(files.slice(0, 3)), [
    "fs.read ./src/a.js",
    "fs.read ./src/b.js",
    "fs.read ./src/c.js",
  ]);
  assert.deepEqual(rules(files), ["fs.read ./src"]);
});

test("a directory that was listed is granted; one that is too wide is named and left out", () => {
  assert.deepEqual(rules([use("read", `${HERE}/views`, directory)]), ["fs.read ./views"]);
  for (const wide of ["/", "/home", "/home/ada", "/usr", "/etc", "/tmp"]) {
    assert.deepEqual(rules([use("read", wide, directory)]), [], wide);
    assert.match(notes([use("read", wide, directory)]), /too wide/);
  }
});

test("what is not there needs no grant, nor what a cell has by itself", () => {
  const own = ["/proc/self/maps", "/sys/fs/cgroup/memory.max", "/dev/null", "/etc/hosts", "/etc/passwd"];
  assert.deepEqual(rules([use("read", "/opt/missing", none), ...own.map((path) => use("read", path))]), []);
  assert.deepEqual(rules([use("read", "/home/ada/package.json"), use("look", "/home/ada/.git")]), []);
  assert.deepEqual(rules([use("read", `${HERE}/main.js`), use("look", HERE, directory)]), []);
});

test("packages are granted as a whole", () => {
  assert.deepEqual(rules([use("read", `${HERE}/node_modules/a/index.js`)]), ["fs.read ./node_modules"]);
  assert.deepEqual(rules([use("read", "/home/ada/node_modules/@s/a/index.js")]), ["fs.read ../node_modules"]);
  assert.deepEqual(rules([use("read", "/usr/lib/node_modules/npm/lib/cli.js")]), [
    "fs.read /usr/lib/node_modules/npm",
  ]);
});

test("both ends of a link are reached, and a grant of the link brings its end", () => {
  const link = use("read", `${HERE}/current.json`, { real: "/srv/data/1.json" });
  assert.deepEqual(rules([link]), ["fs.read ./current.json"]);
  assert.deepEqual(rules([link, use("read", HERE, directory)]), ["fs.read .", "fs.read /srv/data/1.json"]);
});

test("a file that was there is written itself; one that is made or replaced needs its directory", () => {
  const log = use("write", "/srv/app/log");
  assert.deepEqual(rules([log]), ["fs.write /srv/app/log"]);
  assert.deepEqual(rules([use("write", "/srv/app/new", none)]), ["fs.write /srv/app"]);
  assert.deepEqual(rules([log, use("remove", "/srv/app/log")]), ["fs.write /srv/app"]);
  assert.deepEqual(rules([use("make", "/srv/app", directory)]), [], "mkdir -p of what is there");
});

test("what the program made is where it may write, if it is there afterwards", () => {
  const uses = [
    use("make", `${HERE}/dist`, none),
    use("write", `${HERE}/dist/a.js`, none),
    use("read", `${HERE}/dist/a.js`),
  ];
  assert.deepEqual(rules(uses, { kindOf: (path) => (path === `${HERE}/dist` ? "directory" : "file") }), [
    "fs.read ./dist",
    "fs.write ./dist",
  ]);
  assert.deepEqual(rules([use("write", `${HERE}/out.txt`, none)], { kindOf: () => "file" }), [
    "fs.write ./out.txt?",
  ]);
  assert.deepEqual(rules([use("write", `${HERE}/lock`, none), use("remove", `${HERE}/lock`)]), [
    "fs.write .",
  ]);
});

test("temporary files are a /tmp of the cell's own, never the host's", () => {
  const uses = [use("make", "/tmp/work-x1", none), use("write", "/tmp/work-x1/a", none)];
  assert.deepEqual(rules(uses), ["fs.read /tmp", "fs.write /tmp"]);
  assert.match(learnRules(uses, facts({ kindOf: () => "directory" })).notes.join(), /left behind/);
});

test("a file in a home is written itself, and a new one cannot be granted", () => {
  assert.deepEqual(rules([use("write", "/home/ada/.history")]), ["fs.write ../.history"]);
  assert.deepEqual(rules([use("write", "/home/ada/.lock", none), use("remove", "/home/ada/.lock")]), []);
  assert.match(notes([use("write", "/home/ada/.lock", none), use("remove", "/home/ada/.lock")]), /too wide/);
});

test("a program is named as PATH finds it; what run brings is not granted again", () => {
  const git = use("execute", "/usr/bin/git");
  const byGit = { by: "/usr/bin/git" };
  const programName = (path: string): string | undefined => (path === "/usr/bin/git" ? "git" : undefined);
  const uses = [
    git,
    use("read", "/usr/bin/git", byGit),
    use("map", "/usr/lib/libz.so.1", byGit),
    use("read", "/etc/gitconfig", byGit),
    use("execute", "/usr/lib/git-core/git-remote-https", byGit),
    use("look", "/home/ada/.gitconfig", { ...none, ...byGit }),
  ];
  const environment = { HOME: "/home/ada", PATH: "/usr/bin:/bin", SECRET: "x" };
  assert.deepEqual(rules(uses, { programName, environment }), [
    "fs.read /etc/gitconfig",
    "run git",
    "run /usr/lib/git-core/git-remote-https",
    "env PATH",
    "env HOME",
  ]);
});

test("a repository that git reads is granted with its working tree, which git asks for its owner", () => {
  const read = use("read", "/srv/repository/.git/HEAD", { by: "/usr/bin/git" });
  assert.deepEqual(rules([use("execute", "/usr/bin/git"), read]), [
    "fs.read /srv/repository",
    "run /usr/bin/git",
  ]);
});

test("native code is a file, or the package with several", () => {
  const addon = `${HERE}/node_modules/a/build/a.node`;
  assert.deepEqual(rules([use("map", addon), use("read", addon)]), ["addon ./node_modules/a/build/a.node"]);
  assert.deepEqual(rules([use("map", addon), use("map", `${HERE}/node_modules/a/build/b.so`)]), [
    "addon ./node_modules/a",
  ]);
});

test("connections have the names that were looked up, and addresses where a name reaches none", () => {
  const connect = (resource: string): LearntUse => use("connect", resource, { kind: "tcp" });
  const namesOf = (address: string): readonly string[] =>
    ({
      "93.184.215.14": ["example.com"],
      "127.0.0.1": ["localhost"],
      "10.0.0.5": ["db.internal"],
      "127.0.1.1": ["box"],
    })[address] ?? [];
  assert.deepEqual(rules([connect("tcp://93.184.215.14:443")], { namesOf }), ["net.connect example.com:443"]);
  assert.deepEqual(rules([connect("tcp://127.0.0.1:80")], { namesOf }), ["net.connect localhost:80"]);
  assert.deepEqual(rules([connect("tcp://10.0.0.5:5432")], { namesOf }), [
    "net.connect db.internal:5432",
    "net.connect 10.0.0.5:5432",
  ]);
  assert.deepEqual(rules([connect("tcp://127.0.1.1:80")], { namesOf }), [
    "net.connect box:80",
    "net.connect 127.0.1.1:80",
  ]);
  assert.deepEqual(rules([connect("tcp://[2606:2800::1]:443")]), ["net.connect [2606:2800::1]:443"]);
  assert.deepEqual(rules([use("connect", "udp://9.9.9.9:443")]), ["net.connect udp://9.9.9.9:443"]);
});

test("listening is by port, and a port of the kernel's choice is any", () => {
  const listen = (resource: string): LearntUse => use("listen", resource);
  assert.deepEqual(rules([listen("tcp://[::]:3000")]), ["net.listen 3000"]);
  assert.deepEqual(rules([listen("tcp://127.0.0.1:0"), use("connect", "tcp://127.0.0.1:40123")]), [
    "net.listen 127.0.0.1:0",
    "net.connect 127.0.0.1:32768-60999",
  ]);
});

test("variables that are set are granted by name, never one that changes how Node starts", () => {
  const environment = { API: "x", NODE_OPTIONS: "--x", LD_PRELOAD: "/x" };
  const uses = ["API", "NODE_OPTIONS", "LD_PRELOAD", "UNSET"].map((name) => use("env", name));
  assert.deepEqual(rules(uses, { environment }), ["env API"]);
  assert.match(notes([use("copied", "env")]), /copied/);
});

test("switches and questions about the machine", () => {
  const uses = [
    use("worker", "worker"),
    use("sys", "cpus"),
    use("sys", "cpus"),
    use("inspector", "inspector"),
  ];
  assert.deepEqual(rules(uses), ["worker", "inspector", "sys cpus"]);
});

test("sockets by path, where there is one", () => {
  const uses = [
    use("unix", "/run/db.sock", { kind: "connect" }),
    use("unix", "/run/none.sock", { kind: "connect" }),
    use("unix", "/var/run/nscd/socket", { kind: "connect" }),
    use("unix", "@abstract", { kind: "connect" }),
  ];
  const kindOf = (path: string): "other" | "none" => (path === "/run/none.sock" ? "none" : "other");
  assert.deepEqual(rules(uses, { kindOf }), ["net.unix /run/db.sock"]);
  assert.match(notes(uses), /abstract/);
});

test("a path that no rule can spell is named and left out", () => {
  assert.deepEqual(rules([use("read", "/srv/a*b"), use("read", "/srv/a\nb")]), []);
  assert.match(notes([use("read", "/srv/a*b")]), /a\*b/);
});
