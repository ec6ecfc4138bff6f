// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodePlan } from "../src/encode.ts";
import type { Plan, RootStep } from "../src/plan.ts";
import { programText } from "../src/seccomp/index.ts";
import { smallPlan } from "./support/plans.ts";

/** The words of each line, as the jail reads them. */
function decode(text: string): string[][] {
  assert.match(text, /^[!-~ \n]*$/, "a plan is printable ASCII");
  return text.split("\n").map((line) => line.split(" ").map(decodeWord));
}

function decodeWord(word: string): string {
  const bytes: number[] = [];
  for (let index = 0; index < word.length; index++) {
    if (word[index] === "%") {
      bytes.push(Number.parseInt(word.slice(index + 1, index + 3), 16));
      index += 2;
    } else {
      bytes.push(word.charCodeAt(index));
    }
  }
  return Buffer.from(bytes).toString("utf8");
}

const lines = (plan: Partial<Plan>, verb: string): string[][] =>
  decode(encodePlan({ ...smallPlan, ...plan }))
    .filter(([first]) => first === verb)
    .map((words) => words.slice(1));

const odd = fc.oneof(
  fc.string({ unit: "binary" }).map((text) => text.replaceAll(/[\0\p{Cs}]/gu, "")),
  fc.constantFrom("", " ", "%", "%41", "a b", "line\nend\n", "\t\r", "é", "日本", "🦀", "\x7f", "-rf"),
);

test("words come back as they were: spaces, per cent signs, newlines, any UTF-8", () => {
  fc.assert(
    fc.property(fc.array(odd), odd, odd, (args, value, directory) => {
      const plan = { arguments: args, environment: { NAME: value }, directory };
      assert.deepEqual(lines(plan, "arg").flat(), args);
      assert.deepEqual(lines(plan, "env"), [[`NAME=${value}`]]);
      assert.deepEqual(lines(plan, "cwd"), [[directory]]);
    }),
    { numRuns: 500 },
  );
});

test("no word makes a line of its own", () => {
  const plan = { arguments: ["node", "x\nend\nexec /bin/sh\n"] };
  assert.deepEqual(lines(plan, "exec"), [["/usr/bin/true"]]);
  assert.deepEqual(lines(plan, "end"), [[]]);
});

const root = (...steps: RootStep[]): Partial<Plan> => ({
  namespaces: {
    userNamespace: "before-mounts",
    hostname: "cordon",
    ownClock: true,
    root: steps,
    staying: { own: [], run: [], addon: [] },
  },
});

test("a mount is always nosuid and nodev, and noexec unless it says otherwise", () => {
  const mount = (write: boolean, execute: boolean): RootStep => ({
    step: "mount",
    source: "/a b",
    target: "/c",
    use: { write, execute },
    directory: true,
    mapOwner: true,
  });
  assert.deepEqual(lines(root(mount(false, false), mount(true, true)), "mount"), [
    ["/a b", "/c", "ro,nosuid,nodev,directory,noexec,idmap"],
    ["/a b", "/c", "rw,nosuid,nodev,directory,idmap"],
  ]);
});

test("every namespace is asked for by name, or none", () => {
  assert.deepEqual(lines(root(), "namespaces"), [["user", "mount", "pid", "net", "ipc", "uts", "cgroup"]]);
  assert.deepEqual(lines({}, "namespaces"), []);
});

test("modes are hexadecimal, and a file's contents are one word", () => {
  const file: RootStep = {
    step: "file",
    target: "/etc/hosts",
    mode: 0o444,
    contents: "127.0.0.1 localhost\n",
  };
  assert.deepEqual(lines(root(file), "file"), [["/etc/hosts", "0x124", "127.0.0.1 localhost\n"]]);
  const tmpfs: RootStep = { step: "tmpfs", target: "/tmp", bytes: 4096, inodes: 2, mode: 0o1777 };
  assert.deepEqual(lines(root(tmpfs), "tmpfs"), [["/tmp", "4096", "2", "0x3ff", "nosuid,nodev,noexec"]]);
});

test("a user for each cell is written with a plus", () => {
  const identity = {
    uid: 1_073_741_824,
    gid: 1_073_741_824,
    perCell: true,
    supervisor: "host" as const,
    insideUid: 1000,
    insideGid: 1000,
  };
  assert.deepEqual(lines({ identity }, "identity"), [["+1073741824", "+1073741824", "1000", "1000"]]);
});

test("a filter's instruction is sixteen digits", () => {
  const program = [
    { code: 0x20, jt: 0, jf: 0, k: 4 },
    { code: 0x15, jt: 1, jf: 255, k: 0xc000003e },
  ];
  assert.equal(programText(program), "0020000000000004001501ffc000003e");
  const filters: Plan["filters"] = {
    landlock: { masks: { fs: 7, net: 3, scope: 1 }, paths: [{ path: "/x", rights: 4 }] },
    seccomp: "0020000000000004001501ffc000003e",
    bans: [],
    facts: {
      uname: { node: "cordon", release: "5.15.0", version: "#1 Cordon" },
      sysinfo: { memory: null, uptime: "cell", loads: "none" },
      processors: 1,
    },
    names: null,
    network: [
      { call: "connect", allow: true, protocol: "tcp", address: "::", prefix: 0, from: 0, to: 65_535 },
    ],
    unix: {
      rules: [
        { allow: true, covers: "prefix", path: "/run/a b", place: "host" },
        { allow: false, covers: "below", path: "/tmp", place: "own" },
      ],
      aliases: [{ path: "/var/run", real: "/run" }],
      writable: ["/srv"],
      known: ["/srv/a.sock"],
    },
    loopback: "host",
    executeAfterReady: false,
    mapAfterReady: true,
  };
  assert.deepEqual(lines({ filters }, "seccomp"), [["0020000000000004001501ffc000003e"]]);
  assert.deepEqual(lines({ filters }, "landlock"), [["7", "3", "1"]]);
  assert.deepEqual(lines({ filters }, "connect"), [["allow", "tcp", "::/0", "0-65535"]]);
  assert.deepEqual(lines({ filters }, "unix"), [
    ["allow", "prefix", "/run/a b", "host"],
    ["deny", "below", "/tmp", "own"],
  ]);
  assert.deepEqual(lines({ filters }, "unix-alias"), [["/var/run", "/run"]]);
  assert.deepEqual(lines({ filters }, "unix-writable"), [["/srv"]]);
  assert.deepEqual(lines({ filters }, "unix-known"), [["/srv/a.sock"]]);
  assert.deepEqual(lines({ filters }, "exec-after-ready"), [["deny"]]);
  assert.deepEqual(lines({ filters }, "map-after-ready"), [["allow"]]);
});
