// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Host as Facts, HostProperty, PropertyName } from "@cordon/walls";
import {
  cordonOn,
  docker,
  dockerWithTracing,
  type Host,
  inBackground,
  inNamespaces,
  under,
  withoutUserNamespaces,
} from "./support/hosts.ts";
import { ownDirectory, type User, users } from "./support/users.ts";

const FLOOR = "--walls=filters,runtime";

interface Doctor {
  readonly host: Facts;
  readonly trial: { readonly ok: boolean; readonly problem?: string };
  readonly floor?: { readonly ok: boolean; readonly problem?: string };
}

/** What `cordon doctor --json` says there. */
function examine(
  context: TestContext,
  host: Host,
  user: User,
): Doctor & { line(name: PropertyName): HostProperty } {
  const { stdout, stderr } = cordonOn(host, user, ownDirectory(context, user, {}), ["doctor", "--json"]);
  assert.match(stdout, /^\{/, stderr);
  const doctor = JSON.parse(stdout) as Doctor;
  return {
    ...doctor,
    line(name) {
      const found = doctor.host.properties.find((property) => property.name === name);
      assert.ok(found);
      return found;
    },
  };
}

const reader = `const { readFileSync } = require("node:fs");
const tried = (read) => { try { return read(); } catch ({ code }) { return code; } };
console.log(JSON.stringify({
  granted: tried(() => readFileSync("granted.txt", "utf8")),
  secret: tried(() => readFileSync("secret.txt", "utf8")),
  uid: process.getuid(),
  others: require("node:fs").existsSync("/proc/1/status"),
}));`;

for (const user of users) {
  test(`Docker's default profile: doctor says so, run refuses, the floor stands (${user})`, (context) => {
    const doctor = examine(context, docker, user);
    assert.equal(doctor.line("user namespaces").level, "none");
    assert.match(doctor.line("user namespaces").by, /seccomp profile refuses namespaces/);
    assert.match(doctor.line("user namespaces").remedy ?? "", /seccomp=unconfined.*--walls=filters,runtime/);
    assert.deepEqual([doctor.trial.ok, doctor.floor], [false, { ...doctor.floor, ok: true }]);

    const files = { "read.js": reader, "granted.txt": "granted", "secret.txt": "secret" };
    const directory = ownDirectory(context, "root", files);
    spawnSync("chmod", ["-R", "a+rX", directory]);
    const refused = cordonOn(docker, user, directory, ["run", "read.js"]);
    assert.equal(refused.status, 125);
    assert.match(refused.stderr, /namespaces` cannot stand on this host.*seccomp profile/);
    assert.equal(refused.stdout, "");

    const ran = cordonOn(docker, user, directory, ["run", FLOOR, "--allow-fs-read=granted.txt", "read.js"]);
    assert.equal(ran.status, 0, ran.stderr);
    const said = JSON.parse(ran.stdout) as Record<string, unknown>;
    assert.deepEqual(
      [said["granted"], said["secret"], said["others"]],
      ["granted", "ERR_ACCESS_DENIED", false],
    );
    // A container's root owns the container's files: its cells are somebody else.
    assert.notEqual(said["uid"], 0);
  });

  test(`Docker's default profile: a network grant needs SYS_PTRACE, and then works (${user})`, async (context) => {
    const server = createServer((socket) => socket.end("hello"));
    context.after(() => server.close());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { port: number };
    const source = `require("node:net").connect(${port}, "127.0.0.1").on("data", (text) => console.log(String(text)));`;
    const directory = ownDirectory(context, "root", { "ask.js": source });
    spawnSync("chmod", ["-R", "a+rX", directory]);
    const args = ["run", FLOOR, `--allow-net=127.0.0.1:${port}`, "ask.js"];

    assert.equal(examine(context, docker, user).line("sockets").level, "partial");
    const refused = cordonOn(docker, user, directory, args);
    assert.equal(refused.status, 125);
    assert.match(refused.stderr, /network grant needs sockets.*pidfd_getfd/);
    assert.match(refused.stderr, /--cap-add=SYS_PTRACE/);

    const ran = await inBackground(dockerWithTracing, user, directory, args);
    assert.equal(ran, "hello\n");
  });

  test(`Docker's default profile: limits are held by the supervisor, once that is accepted (${user})`, (context) => {
    const files = { "grow.js": "const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));" };
    const directory = ownDirectory(context, "root", files);
    spawnSync("chmod", ["-R", "a+rX", directory]);
    const limited = ["run", FLOOR, "--limit-memory=160MB", "--limit-wall-time=60s"];
    const hasCgroups = user === "root" ? /CAP_SYS_PTRACE/ : /cgroup/;
    const refused = cordonOn(docker, user, directory, [...limited, "grow.js"]);
    assert.equal(refused.status, 125);
    assert.match(refused.stderr, hasCgroups);
    const ended = cordonOn(docker, user, directory, [...limited, "--accept=limits", "grow.js"]);
    assert.match(ended.stderr, /memory/);
    assert.notEqual(ended.status, 0);
    assert.notEqual(ended.status, 125);
  });

  test(`user.max_user_namespaces=0: named, with the command that mends it (${user})`, (context) => {
    const doctor = examine(context, withoutUserNamespaces, user);
    assert.equal(doctor.line("user namespaces").by, "user.max_user_namespaces is 0");
    assert.match(doctor.line("user namespaces").remedy ?? "", /sysctl -w user\.max_user_namespaces=/);
    assert.equal(doctor.trial.ok, false);
  });

  test(`/proc in parts covered: no namespaces for whoever is not the host's root, but the floor (${user})`, (context) => {
    const covered = inNamespaces("mount -t tmpfs covered /proc/fs");
    const doctor = examine(context, covered, user);
    assert.match(doctor.line("user namespaces").by, /parts of \/proc are covered/);
    assert.match(doctor.line("own proc").remedy ?? "", /systempaths=unconfined/);
    assert.equal(doctor.trial.ok, false);
  });

  test(`no /sys and with it no cgroups: limits are partial and say why, the walls stand (${user})`, (context) => {
    const doctor = examine(context, inNamespaces("mount -t tmpfs covered /sys"), user);
    assert.match(doctor.line("surroundings").by, /no \/sys/);
    assert.equal(doctor.line("limit memory").level, "partial");
    assert.match(doctor.line("limit memory").by, /cannot be seen from here|no cgroup file system/);
    assert.deepEqual(doctor.trial, { ...doctor.trial, ok: true });
  });

  test(`a listener of somebody else's lies on Cordon: EBUSY is told, and nothing starts (${user})`, (context) => {
    const doctor = examine(context, under("listener"), user);
    assert.match(doctor.line("seccomp").by, /a listener lies on this process already/);
    assert.deepEqual([doctor.trial.ok, doctor.floor?.ok], [false, false]);
    const directory = ownDirectory(context, user, { "x.js": "console.log('ran')" });
    const refused = cordonOn(under("listener"), user, directory, ["run", "x.js"]);
    assert.deepEqual([refused.status, refused.stdout], [125, ""]);
    assert.match(refused.stderr, /filters.*listener/);
  });

  for (const [errno, why] of [
    ["EOPNOTSUPP", /started without it/],
    ["EPERM", /seccomp filter refuses it \(EPERM\)/],
  ] as const) {
    test(`Landlock answers ${errno}: told which it is, and nothing starts (${user})`, (context) => {
      const doctor = examine(context, under(`landlock=${errno}`), user);
      assert.match(doctor.line("landlock").by, why);
      assert.deepEqual([doctor.trial.ok, doctor.floor?.ok], [false, false]);
    });
  }

  test(`where the program's memory cannot be read there is no broker, and nothing starts (${user})`, (context) => {
    const doctor = examine(context, under("process_vm_readv=EPERM"), user);
    assert.equal(doctor.line("broker").level, "none");
    assert.match(doctor.line("broker").remedy ?? "", /process_vm_readv/);
    assert.equal(doctor.trial.ok, false);
  });
}

test("in a chroot the kernel makes no user namespaces, and doctor says that it is one", (context) => {
  const place = mkdtempSync(join(tmpdir(), "cordon-chroot-"));
  context.after(() => rmSync(place, { recursive: true, force: true }));
  chmodSync(place, 0o755);
  // Its own directory is no mount: what the kernel compares is the root of the process and that of its namespace.
  for (const entry of readdirSync("/", { withFileTypes: true })) {
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(join("/", entry.name)), join(place, entry.name));
    else if (entry.isDirectory()) mkdirSync(join(place, entry.name));
  }
  const bind = `for top in ${place}/*; do [ -L "$top" ] || mount --rbind "/$(basename "$top")" "$top" || exit 1; done`;
  const host = inNamespaces(`${bind} && set -- chroot ${place} "$@"`);
  const doctor = examine(context, host, users[0] ?? "ordinary");
  assert.match(doctor.line("user namespaces").by, /chroot/);
  assert.match(doctor.line("surroundings").by, /in a chroot/);
});

test("inside a cell doctor says that it is one, and nothing starts in it", (context) => {
  const root = join(import.meta.dirname, "../../..");
  const command = join(root, "packages/cli/bin/cordon.js");
  const directory = ownDirectory(context, "root", {});
  const grants = [`--allow-fs-read=${root}`, "--allow-fs-read=/proc", `--allow-run=${process.execPath}`];
  const { stdout, stderr } = cordonOn(() => [], users[0] ?? "ordinary", directory, [
    "run",
    ...grants,
    command,
    "doctor",
  ]);
  assert.match(stdout, /none +surroundings +a cell of Cordon/, stderr);
  assert.match(stdout, /none +user namespaces +this is inside a cell of Cordon, and cells are not nested/);
  assert.match(stdout, /refuses to start anything here/);
});
