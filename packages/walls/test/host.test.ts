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

const capable: Omit<Host, "properties"> = {
  jail: { path: "/opt/cordon-jail" },
  kernel: { release: "6.18.0", major: 6, minor: 18 },
  arch: "x64",
  libc: { kind: "glibc" },
  identity: { kind: "root", uid: 0, gid: 0 },
  landlock: { abi: 7 },
  seccomp: { notify: true, waitKillable: true },
  mountAttributes: true,
  userNamespaces: { ok: true },
  cgroups: {
    layout: "v2",
    controllers: {
      memory: { version: 2, directory: "/sys/fs/cgroup", enable: false },
      pids: { version: 2, directory: "/sys/fs/cgroup", enable: false },
      cpu: { version: 2, directory: "/sys/fs/cgroup", enable: false },
    },
    missing: {},
  },
};

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
    identity: { kind: "ordinary", uid: 1000, gid: 1000 },
    landlock: { abi: 0 },
    seccomp: { notify: false, waitKillable: false },
    mountAttributes: false,
    userNamespaces: { ok: false, step: "probe", errno: "", cause: "no trial", remedy: "Try." },
    cgroups: { layout: "none", controllers: {}, missing: {} },
  };
  const properties = findProperties(bare);
  assert.deepEqual(
    properties.filter(({ level }) => level === "full"),
    [],
  );
  assert.deepEqual(
    properties.filter(({ remedy }) => remedy === undefined),
    [],
  );
});

test("an older Landlock is partial, and says what it lacks", () => {
  const { level, by } = property({ landlock: { abi: 3 } }, "landlock");
  assert.equal(level, "partial");
  assert.match(by, /^ABI 3, without ioctl_dev, bind_tcp, connect_tcp, abstract_unix_socket, signal$/);
});

test("a kernel that could have Landlock, but was started without, needs a boot parameter and no new kernel", () => {
  assert.match(property({ landlock: { abi: 0 } }, "landlock").remedy ?? "", /lsm=/);
  const old = { release: "5.4.0", major: 5, minor: 4 };
  assert.match(property({ landlock: { abi: 0 }, kernel: old }, "landlock").remedy ?? "", /Boot Linux/);
});

test("without cgroups memory and processes can be watched, processor time cannot", () => {
  const cgroups = { layout: "none", controllers: {}, missing: {} } as const;
  assert.equal(property({ cgroups }, "memory limit").level, "partial");
  assert.equal(property({ cgroups }, "process limit").level, "partial");
  assert.equal(property({ cgroups }, "cpu limit").level, "none");
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
    '{"landlock":6,"userNamespace":{"ok":true},"namespaces":{"ok":false,"errno":"EPERM"},"seccompNotify":{"ok":true},"seccompWaitKillable":{"ok":true}';
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
      assert.deepEqual(host.seccomp, { notify: false, waitKillable: false });
      assert.equal(host.properties.find(({ name }) => name === "jail")?.level, "none");
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
