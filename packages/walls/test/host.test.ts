// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findIdentity, parseIdMap } from "../src/host/identity.ts";
import { type Host, type HostProperty, jailPath, type PropertyName, probeHost } from "../src/host/index.ts";
import { findArchitecture, findLibc, isAtLeast, parseRelease } from "../src/host/kernel.ts";
import { findProperties } from "../src/host/properties.ts";
import { parseTrial } from "../src/host/trial.ts";
import { bareHost, hostWith } from "./support/hosts.ts";

const capable: Omit<Host, "properties"> = hostWith({
  identity: { kind: "root", uid: 0, gid: 0, alone: "own" },
  cgroups: {
    layout: "v2",
    controllers: {
      memory: { version: 2, directory: "/sys/fs/cgroup", enable: false },
      pids: { version: 2, directory: "/sys/fs/cgroup", enable: false },
      cpu: { version: 2, directory: "/sys/fs/cgroup", enable: false },
      cpuacct: { version: 2, directory: "/sys/fs/cgroup", enable: false },
    },
    missing: {},
  },
});

function property(changed: Partial<Host>, name: PropertyName): HostProperty {
  const found = findProperties({ ...capable, ...changed }).find((candidate) => candidate.name === name);
  assert.ok(found);
  return found;
}

test("a host that has everything enforces everything", () => {
  assert.deepEqual(
    findProperties(capable).filter(({ level }) => level !== "full"),
    [],
  );
});

test("whatever is not full has a remedy", () => {
  const bare: Omit<Host, "properties"> = {
    jail: { path: "/opt/cordon-jail", problem: "it is not there" },
    kernel: { release: "4.19.0", major: 4, minor: 19 },
    arch: null,
    libc: { kind: "unknown" },
    identity: { kind: "ordinary", uid: 1000, gid: 1000, alone: "shared" },
    landlock: { abi: 0, errno: "ENOSYS" },
    seccomp: { notify: false, errno: "EINVAL", waitKillable: false, memory: false, descriptors: false },
    proc: { own: false, children: false },
    ownClock: false,
    surroundings: { ...bareHost, inside: "cell", filtered: true },
    mountAttributes: false,
    userNamespaces: { ok: false, step: "probe", errno: "", cause: "no trial", remedy: "Try." },
    cgroups: { layout: "none", controllers: {}, missing: {} },
  };
  const properties = findProperties(bare);
  const remediless = properties.filter(({ remedy }) => remedy === undefined).map(({ name }) => name);
  const complete = properties.filter(({ level }) => level === "full").map(({ name }) => name);
  // RLIMIT_NPROC holds it on every host.
  assert.deepEqual([remediless, complete], [["limit processes"], ["limit processes"]]);
});

test("an older Landlock is partial, and says what it lacks", () => {
  const { level, by } = property({ landlock: { abi: 3, errno: "" } }, "landlock");
  assert.equal(level, "partial");
  assert.match(by, /^ABI 3, without ioctl_dev, bind_tcp, connect_tcp, abstract_unix_socket, signal$/);
});

test("why there is no Landlock is told by the errno: not started, not compiled in, refused by a filter, too old", () => {
  const without = (errno: string, change: Partial<Host> = {}): HostProperty =>
    property({ landlock: { abi: 0, errno }, ...change }, "landlock");
  assert.match(without("EOPNOTSUPP").remedy ?? "", /lsm=/);
  const modules = { surroundings: { ...bareHost, modules: ["capability", "apparmor"] } };
  assert.match(without("EOPNOTSUPP", modules).remedy ?? "", /at present capability,apparmor/);
  assert.match(without("ENOSYS").remedy ?? "", /CONFIG_SECURITY_LANDLOCK/);
  const filtered = {
    surroundings: { ...bareHost, inside: "container", engine: "Docker", filtered: true },
  } as const;
  assert.match(without("EPERM", filtered).by, /seccomp filter refuses it \(EPERM\)/);
  assert.match(
    without("ENOSYS", { kernel: { release: "5.4.0", major: 5, minor: 4 } }).remedy ?? "",
    /Boot Linux/,
  );
});

test("each ABI of Landlock names the rights that it lacks, and the sixth lacks none", () => {
  for (const abi of [1, 2, 3, 4, 5]) {
    const { level, by } = property({ landlock: { abi, errno: "" } }, "landlock");
    assert.equal(level, "partial");
    assert.equal(by.includes("refer"), abi < 2);
    assert.equal(by.includes("truncate"), abi < 3);
    assert.equal(by.includes("connect_tcp"), abi < 4);
    assert.equal(by.includes("ioctl_dev"), abi < 5);
    assert.ok(by.includes("signal"));
  }
  for (const abi of [6, 7, 8, 9, 10])
    assert.equal(property({ landlock: { abi, errno: "" } }, "landlock").level, "full");
});

test("a listener that lies on us already is told from a kernel without", () => {
  const without = (errno: string): string =>
    property({ seccomp: { ...capable.seccomp, notify: false, errno } }, "seccomp").by;
  assert.match(without("EBUSY"), /listener lies on this process already/);
  assert.match(without("EINVAL"), /no user notification \(EINVAL\)/);
});

test("where sockets cannot be taken out of a cell the remedy is the container's, or Yama's", () => {
  const seccomp = { ...capable.seccomp, descriptors: false };
  const container = { ...bareHost, inside: "container", engine: "Docker", filtered: true } as const;
  assert.match(
    property({ seccomp, surroundings: container }, "sockets").remedy ?? "",
    /--cap-add=SYS_PTRACE/,
  );
  assert.match(
    property({ seccomp, surroundings: { ...bareHost, yama: 2 } }, "sockets").remedy ?? "",
    /ptrace_scope/,
  );
  const blind = { ...capable.seccomp, memory: false };
  const told = property({ seccomp: blind, surroundings: { ...bareHost, yama: 3 } }, "broker");
  assert.deepEqual([told.level, /ptrace_scope 3/.test(told.by)], ["none", true]);
});

test("what a host is part of is one line: container, filter, chroot, /sys, security modules, lockdown", () => {
  const around = {
    ...bareHost,
    inside: "container",
    engine: "Docker",
    filtered: true,
    yama: 1,
    modules: ["capability", "landlock", "yama", "apparmor"],
    lockdown: "integrity",
    sys: false,
  } as const;
  assert.equal(
    property({ surroundings: around }, "surroundings").by,
    "a container (Docker), under a seccomp filter, no /sys; landlock, yama, apparmor, ptrace_scope 1, lockdown integrity",
  );
  assert.equal(property({ surroundings: { ...bareHost, inside: "cell" } }, "surroundings").level, "none");
});

test("musl's loader is its library, and a C library that is neither says so", () => {
  assert.match(property({ libc: { kind: "musl" } }, "c library").by, /^musl/);
  assert.equal(property({ libc: { kind: "unknown" } }, "c library").level, "partial");
});

test("without cgroups memory and processes can be watched, processor time cannot", () => {
  const cgroups = { layout: "none", controllers: {}, missing: {} } as const;
  assert.equal(property({ cgroups }, "limit memory").level, "partial");
  assert.equal(property({ cgroups }, "limit processes").level, "full");
  assert.equal(property({ cgroups }, "limit cpu").level, "none");
});

const status = (capabilities: string): string => `Name:\tnode\nCapEff:\t${capabilities}\nSeccomp:\t0\n`;
const allCapabilities = "000001ffffffffff";
const dockerCapabilities = "00000000a80425fb";
const whole = "         0          0 4294967295\n";

test("root is uid 0 with all ids and the capability for mounts", () => {
  const kind = (uid: number, map: string, capabilities: string): string =>
    findIdentity({ uid, gid: uid }, map, status(capabilities)).kind;
  assert.equal(kind(0, whole, allCapabilities), "root");
  assert.equal(kind(0, whole, dockerCapabilities), "ordinary");
  assert.equal(kind(0, "         0       1000          1\n", allCapabilities), "ordinary");
  assert.equal(kind(1000, whole, "0000000000000000"), "ordinary");
  assert.equal(kind(0, "", allCapabilities), "ordinary");
});

test("who a cell is without a user namespace: its own, by its supervisor too, the caller, or nobody", () => {
  const alone = (uid: number, map: string, capabilities: string): string =>
    findIdentity({ uid, gid: uid }, map, status(capabilities)).alone;
  assert.equal(alone(0, whole, allCapabilities), "own");
  assert.equal(alone(0, whole, dockerCapabilities), "become");
  assert.equal(alone(0, whole, "0000000000000000"), "none");
  assert.equal(alone(0, "         0       1000          1\n", allCapabilities), "none");
  assert.equal(alone(1000, whole, "0000000000000000"), "shared");
});

test("a map of ids may have several ranges", () => {
  assert.deepEqual(parseIdMap(" 0 1000 1\n 1 100000 65536\n"), [
    { inside: 0, outside: 1000, count: 1 },
    { inside: 1, outside: 100000, count: 65536 },
  ]);
});

test("releases of distributions are compared by their numbers", () => {
  assert.deepEqual(parseRelease("6.8.0-45-generic"), { release: "6.8.0-45-generic", major: 6, minor: 8 });
  assert.ok(isAtLeast(parseRelease("6.12.1+deb13-cloud-amd64"), 6, 8));
  assert.ok(!isAtLeast(parseRelease("5.9.16"), 5, 14));
});

test("the C library is known by what is mapped", () => {
  assert.deepEqual(findLibc("7f-7f r-xp 0 fe:00 1  /usr/lib/x86_64-linux-gnu/libc.so.6\n"), {
    kind: "glibc",
  });
  assert.deepEqual(findLibc("7f-7f r-xp 0 fe:00 1  /lib/libc-2.31.so\n"), { kind: "glibc", version: "2.31" });
  assert.deepEqual(findLibc("7f-7f r-xp 0 fe:00 1  /lib/ld-musl-aarch64.so.1\n"), { kind: "musl" });
  assert.deepEqual(findLibc("7f-7f r-xp 0 fe:00 1  /opt/libc.so.6.bak\n"), { kind: "unknown" });
});

test("processors without a table are not taken for others", () => {
  assert.equal(findArchitecture("arm64"), "arm64");
  assert.equal(findArchitecture("riscv64"), null);
  assert.equal(findArchitecture("arm"), null);
});

test("a report of the jail that is not as it should be is refused with the field's name", () => {
  const report =
    '{"landlock":6,"landlockErrno":"","ownProc":{"ok":true},"descriptors":{"ok":true},"memory":{"ok":true},"children":{"ok":true},"userNamespace":{"ok":true},"namespaces":{"ok":false,"errno":"EPERM"},"seccompNotify":{"ok":true},"seccompWaitKillable":{"ok":true}';
  assert.throws(() => parseTrial(`${report}}`), /mountAttributes/);
  assert.deepEqual(parseTrial(`${report},"mountAttributes":{"ok":true}}`).namespaces, {
    ok: false,
    errno: "EPERM",
  });
  assert.throws(() => parseTrial('{"landlock":-1}'), /landlock/);
  assert.throws(() => parseTrial("[]"), /landlock/);
});

test("this host's probe agrees with what Node says of it", async () => {
  const host = await probeHost();
  assert.equal(host.jail.path, jailPath);
  assert.equal(host.jail.problem, undefined);
  assert.equal(host.kernel.release, release());
  assert.equal(host.arch, process.arch);
  assert.equal(host.identity.uid, process.geteuid?.());
});

test("a jail that is missing, fails or prints something else is a finding with a remedy, and nothing counts as there", async () => {
  const directory = mkdtempSync(join(tmpdir(), "cordon-probe-"));
  try {
    const script = (name: string, text: string): string => {
      const path = join(directory, name);
      writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      return path;
    };
    for (const jail of [
      join(directory, "none"),
      script("fails", "exit 3"),
      script("chatters", "echo hello"),
    ]) {
      const host = await probeHost({ jail });
      assert.equal(host.landlock.abi, 0);
      assert.equal(host.userNamespaces.ok, false);
      assert.deepEqual(Object.values(host.seccomp), [false, "", false, false, false]);
      assert.equal(host.properties.find(({ name }) => name === "jail")?.level, "none");
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
