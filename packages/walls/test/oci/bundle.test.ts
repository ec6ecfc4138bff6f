// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { CordonError } from "@cordon/policy";
import type { Host } from "../../src/host/index.ts";
import { ociConfigText } from "../../src/oci/bundle.ts";
import { containerHolds } from "../../src/oci/held.ts";
import { type Container, type ContainerOptions, resolveContainer } from "../../src/oci/resolve.ts";
import type { OciConfig, OciMount } from "../../src/oci/spec.ts";
import { hostWith } from "../support/hosts.ts";
import { policyOf } from "../support/policies.ts";
import { programIn } from "../support/programs.ts";
import type { Listing } from "../support/trees.ts";

interface Setting extends Partial<ContainerOptions> {
  readonly flags?: readonly string[];
  readonly listing?: Listing;
  readonly host?: Host;
}

/** The container of a program in a directory of its own; `{root}` in a flag stands for that. */
function containerOf(context: TestContext, { flags = [], listing = {}, host, ...options }: Setting = {}) {
  const { root, program } = programIn(context, listing);
  const policy = policyOf(...flags.map((flag) => flag.replaceAll("{root}", root)));
  const made: Container = resolveContainer(policy, host ?? hostWith(), program, {
    runtime: "runc",
    bundle: "/bundle",
    cell: 7,
    isRun: false,
    ...options,
  });
  return { root, policy, ...made, config: made.bundle.config };
}

const at = (config: OciConfig, destination: string): OciMount | undefined =>
  config.mounts.findLast((mount) => mount.destination === destination);

const refusal = (code: string, text: RegExp) => (error: unknown) => {
  const { code: got, message } = error as CordonError;
  assert.equal(got, code, message);
  assert.match(message, text);
  return true;
};

test("a container has nothing of the host's but Node, the runtime, the program and its first process", (t) => {
  const { config, root } = containerOf(t);
  const bound = config.mounts.filter(({ type }) => type === "bind").map(({ source }) => source);
  const own = ["node/bin/node", "node/lib/libc.so.6", "runtime", "app/main.js"].map((name) =>
    join(root, name),
  );
  const jail = bound.filter((source) => source.endsWith("cordon-jail"));
  assert.equal(jail.length, 1);
  assert.deepEqual(bound.filter((source) => source.startsWith(root)).sort(), own.sort());
});

test("mounts are read-only, nosuid, nodev and, but for Node and its libraries, noexec", (t) => {
  const { config, root } = containerOf(t, {
    flags: ["--allow-fs-read={root}/read", "--allow-fs-write={root}/write"],
    listing: { "read/": "", "write/": "" },
  });
  for (const { type, options } of config.mounts.filter((mount) => mount.type === "bind"))
    for (const option of ["nosuid", "nodev"]) assert.ok(options.includes(option), `${type} ${option}`);
  assert.ok(at(config, join(root, "read"))?.options.includes("ro"));
  assert.ok(at(config, join(root, "read"))?.options.includes("noexec"));
  assert.ok(at(config, join(root, "write"))?.options.includes("rw"));
  assert.ok(at(config, join(root, "node/bin/node"))?.options.includes("ro"));
  assert.ok(!at(config, join(root, "node/bin/node"))?.options.includes("noexec"));
  assert.equal(config.root.readonly, true);
});

test("what is denied inside a grant is covered by what nobody can open", (t) => {
  const { config, root, bundle } = containerOf(t, {
    flags: ["--allow-fs-read={root}/src", "--deny-fs-read={root}/src/.env,{root}/src/secret"],
    listing: { "src/.env": "A=1", "src/secret/": "" },
  });
  assert.equal(at(config, join(root, "src/.env"))?.source, "/bundle/covers/file");
  assert.equal(at(config, join(root, "src/secret"))?.source, "/bundle/covers/directory");
  const covers = bundle.entries.filter(({ path }) => path.startsWith("covers/"));
  assert.deepEqual(
    covers.map((entry) => entry.kind !== "symlink" && entry.mode),
    [0, 0],
  );
});

test("the scratch has its size and its number of files", (t) => {
  const { config } = containerOf(t, { flags: ["--limit-scratch=8MB"] });
  const options = at(config, "/tmp")?.options ?? [];
  assert.ok(
    options.includes("size=8388608") && options.includes("nr_inodes=2048") && options.includes("noexec"),
  );
});

test("the program has no capability, no new privileges, and only granted variables", (t) => {
  const { config } = containerOf(t, { flags: ["--allow-env=HOME"] });
  const { capabilities, noNewPrivileges, env, args } = config.process;
  assert.deepEqual(Object.values(capabilities), [[], [], [], [], []]);
  assert.equal(noNewPrivileges, true);
  assert.deepEqual(
    env.map((each) => each.split("=")[0]),
    ["HOME", "CORDON_CELL"],
  );
  assert.ok(!args.includes("--no-home"));
  assert.ok(containerOf(t).config.process.args.includes("--no-home"));
});

test("the program is told that nobody listens to it", (t) => {
  const { config } = containerOf(t);
  const message = config.process.env.find((each) => each.startsWith("CORDON_CELL="))?.slice(12) ?? "";
  assert.equal((JSON.parse(message) as { supervisor?: unknown }).supervisor, false);
});

test("user 0 of an ordinary user's container is that user, and nobody else is there", (t) => {
  const { config } = containerOf(t);
  assert.deepEqual(config.linux.uidMappings, [{ containerID: 0, hostID: 1000, size: 1 }]);
  assert.ok(config.linux.namespaces.some(({ type }) => type === "user"));
});

test("root's container has two ids that are nobody's, another pair for each", (t) => {
  const host = hostWith({ identity: { kind: "root", uid: 0, gid: 0, alone: "become" } });
  const first = containerOf(t, { host, cell: 1 }).config;
  const second = containerOf(t, { host, cell: 2 }).config;
  const ids = [first, second].flatMap(({ linux }) => linux.uidMappings?.map(({ hostID }) => hostID) ?? []);
  assert.equal(new Set(ids).size, 4);
  assert.ok(ids.every((id) => id >= 0x40000000));
  assert.equal(first.process.user.uid, 1000);
});

test("gVisor has users of its own kernel's: no user namespace is asked for", (t) => {
  const { config } = containerOf(t, { runtime: "runsc" });
  assert.equal(config.linux.uidMappings, undefined);
  assert.ok(config.linux.namespaces.every(({ type }) => type !== "user"));
});

test("limits are the control group's; the first process counts beside the program's own", (t) => {
  const { config } = containerOf(t, {
    flags: ["--limit-memory=256MB", "--limit-processes=8", "--limit-cpu=0.5", "--limit-open-files=64"],
  });
  assert.equal(config.linux.resources?.memory?.limit, 268_435_456);
  assert.equal(config.linux.resources?.pids?.limit, 9);
  assert.deepEqual(config.linux.resources?.cpu, { quota: 50_000, period: 100_000 });
  assert.deepEqual(
    config.process.rlimits.find(({ type }) => type === "RLIMIT_NOFILE"),
    { type: "RLIMIT_NOFILE", hard: 64, soft: 64 },
  );
  assert.equal(containerOf(t).config.linux.resources, undefined);
});

test("a number of 64 bits is written as it is", (t) => {
  const text = ociConfigText(containerOf(t).config);
  assert.match(text, /"value": 18446744073709551615/);
  assert.doesNotThrow(() => JSON.parse(text) as unknown);
  assert.ok(!text.includes("\\u0000"));
});

test("a variable that looks like a number of ours stays a text", (t) => {
  const { config } = containerOf(t);
  const process = { ...config.process, env: ["A=\u0000123", '"\u00007"'] };
  const parsed = JSON.parse(ociConfigText({ ...config, process })) as OciConfig;
  assert.deepEqual(parsed.process.env, process.env);
});

for (const [what, flags, text] of [
  ["a connection", ["--allow-net=1.1.1.1:443"], /net\.connect.*does not carry over to runc/],
  ["listening", ["--allow-listen=8080"], /net\.listen.*does not carry over/],
  ["a unix socket", ["--allow-unix=/run/a.sock"], /net\.unix.*does not carry over/],
  ["everything below /", ["--allow-fs-read=/"], /a grant of \/ does not carry over/],
] as const) {
  test(`a grant of ${what} is refused with the reason`, (t) => {
    assert.throws(() => containerOf(t, { flags }), refusal("ERR_NOT_PORTABLE", text));
  });
}

test("a denial of what does not exist is refused: nobody would be asked", (t) => {
  const flags = ["--allow-fs-read={root}/src", "--deny-fs-read={root}/src/later"];
  assert.throws(
    () => containerOf(t, { flags, listing: { "src/": "" } }),
    refusal("ERR_NOT_PORTABLE", /src\/later, which does not exist, does not carry over/),
  );
});

test("a bundle has no clock; who runs it has", (t) => {
  const flags = ["--limit-wall-time=1s"];
  assert.throws(() => containerOf(t, { flags }), refusal("ERR_LIMIT_UNENFORCEABLE", /wallTime/));
  assert.equal(containerOf(t, { flags, isRun: true }).plan.wallTime, 1000);
});

test("a limit that no runtime holds is refused", (t) => {
  for (const flag of ["--limit-cpu-time=1s", "--limit-cpu-weight=50", "--limit-swap=1MB"])
    assert.throws(
      () => containerOf(t, { flags: [flag], isRun: true }),
      refusal("ERR_LIMIT_UNENFORCEABLE", /limit/),
    );
});

test("the namespaces cannot be taken away from a container", (t) => {
  const walls = ["filters", "runtime"] as const;
  assert.throws(() => containerOf(t, { walls }), refusal("ERR_WALL_UNAVAILABLE", /made of namespaces/));
});

test("without the filters there is no profile, and it says so", (t) => {
  const { config, plan, policy } = containerOf(t, { walls: ["namespaces", "runtime"] });
  assert.equal(config.linux.seccomp, undefined);
  assert.ok(config.process.args.includes("--container"));
  const holds = containerHolds(plan, policy, "runc");
  assert.equal(holds.find(({ name }) => name === "kernel surface")?.level, "none");
});

test("as root a path that is not open to others is refused: the container's user is nobody there", (t) => {
  const { root, program } = programIn(t, { "own/": "" });
  chmodSync(join(root, "own"), 0o700);
  mkdirSync(join(root, "open"));
  chmodSync(join(root, "open"), 0o777);
  const host = hostWith({ identity: { kind: "root", uid: 0, gid: 0, alone: "become" } });
  const made = (runtime: "runc" | "runsc", name: string): Container =>
    resolveContainer(policyOf(`--allow-fs-write=${join(root, name)}`), host, program, {
      runtime,
      bundle: "/bundle",
      cell: 1,
      isRun: false,
    });
  assert.throws(() => made("runc", "own"), refusal("ERR_NOT_PORTABLE", /not open to others/));
  assert.ok(made("runc", "open"));
  assert.ok(made("runsc", "own"));
});

test("what would be made in a directory of the host's to mount on it is refused", (t) => {
  // Granted as a whole, so that the cell's own places for files lie in it.
  const flags = ["--allow-fs-read=/run"];
  assert.throws(
    () => containerOf(t, { flags }),
    refusal("ERR_NOT_PORTABLE", /something mounted at \/run\/cordon/),
  );
});

test("gVisor's control group has its own kernel in it: what it cannot hold is refused", (t) => {
  const root = hostWith({ identity: { kind: "root", uid: 0, gid: 0, alone: "become" } });
  const made = (flag: string, host = root) => containerOf(t, { runtime: "runsc", flags: [flag], host });
  assert.ok(made("--limit-memory=256MB"));
  assert.throws(() => made("--limit-processes=8"), refusal("ERR_LIMIT_UNENFORCEABLE", /threads/));
  assert.throws(
    () => made("--limit-memory=256MB", hostWith()),
    refusal("ERR_LIMIT_UNENFORCEABLE", /ordinary user's runsc/),
  );
});

test("the place of the scratch has its mode, which runc takes for the scratch's", (t) => {
  const { bundle } = containerOf(t);
  const place = bundle.entries.find(({ path }) => path === "root/tmp");
  assert.equal(place?.kind === "directory" && place.mode, 0o1777);
});
