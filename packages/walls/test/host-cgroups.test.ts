// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DirectoryFacts, findCgroups, type Look, parseCgroup } from "../src/host/cgroups.ts";
import type { Cgroups } from "../src/host/host.ts";
import { parseMounts } from "../src/host/mounts.ts";
import { noCgroups } from "./support/hosts.ts";

const plain: DirectoryFacts = { writable: true, controllers: [], subtree: [], occupied: false };

/** A host's directories, each with what differs from a writable, empty one. */
const host =
  (directories: Readonly<Record<string, Partial<DirectoryFacts>>>): Look =>
  (directory) => {
    const facts = directories[directory];
    return facts === undefined ? null : { ...plain, ...facts };
  };

const v1Mounts = `proc /proc proc rw,relatime 0 0
tmpfs /sys/fs/cgroup tmpfs rw,relatime,mode=755 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
cgroup /sys/fs/cgroup/pids cgroup rw,relatime,pids 0 0
`;
const v1Cgroup = `12:pids:/
11:memory:/users/ann
4:cpu,cpuacct:/
1:name=systemd:/init.scope
`;

test("v1: each controller in the nearest directory that can be written to", () => {
  const look = host({
    "/sys/fs/cgroup/memory/users/ann": {},
    "/sys/fs/cgroup/memory": {},
    "/sys/fs/cgroup/pids": {},
    "/sys/fs/cgroup/cpu,cpuacct": { writable: false },
  });
  assert.deepEqual(findCgroups(parseMounts(v1Mounts), parseCgroup(v1Cgroup), look), {
    layout: "v1",
    controllers: {
      memory: { version: 1, directory: "/sys/fs/cgroup/memory/users/ann", enable: false },
      pids: { version: 1, directory: "/sys/fs/cgroup/pids", enable: false },
    },
    missing: {
      cpu: "cgroup v1 at /sys/fs/cgroup/cpu,cpuacct is not writable",
      cpuacct: "cgroup v1 at /sys/fs/cgroup/cpu,cpuacct is not writable",
      freezer: "no cgroup file system is mounted",
    },
  });
});

test("v1 in a container: the host's path does not exist, the mount itself is used", () => {
  const look = host({ "/sys/fs/cgroup/memory": {}, "/sys/fs/cgroup/pids": { writable: false } });
  const found = findCgroups(
    parseMounts(v1Mounts),
    parseCgroup("11:memory:/docker/4f2a\n12:pids:/docker/4f2a\n"),
    look,
  );
  assert.equal(found.controllers.memory?.directory, "/sys/fs/cgroup/memory");
  assert.match(found.missing.pids ?? "", /not writable/);
});

const v2Mounts =
  "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot 0 0\n";
const all = ["cpuset", "cpu", "io", "memory", "pids"];

/** What every v2 cgroup has. */
const withoutControllers = (directory: string): Cgroups["controllers"] => ({
  cpuacct: { version: 2, directory, enable: false },
  freezer: { version: 2, directory, enable: false },
});

test("v2 as root outside of any service: the root of the tree, with controllers that are on", () => {
  const look = host({
    "/sys/fs/cgroup/user.slice/session-1.scope": { controllers: all, occupied: true },
    "/sys/fs/cgroup/user.slice": { controllers: all, subtree: ["memory", "pids"] },
    "/sys/fs/cgroup": { controllers: all, subtree: all },
  });
  const found = findCgroups(parseMounts(v2Mounts), parseCgroup("0::/user.slice/session-1.scope\n"), look);
  assert.equal(found.layout, "v2");
  assert.deepEqual(found.controllers.memory, {
    version: 2,
    directory: "/sys/fs/cgroup/user.slice",
    enable: false,
  });
  // cpu is not on below user.slice yet, and no process is in it: it can be switched on.
  assert.deepEqual(found.controllers.cpu, {
    version: 2,
    directory: "/sys/fs/cgroup/user.slice",
    enable: true,
  });
});

test("v2 as an ordinary user under systemd: the delegated subtree, without what was not delegated", () => {
  const service = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service";
  const look = host({
    [`${service}/app.slice/run-1.scope`]: { controllers: ["memory", "pids"], occupied: true },
    [`${service}/app.slice`]: { controllers: ["memory", "pids"], subtree: ["memory", "pids"] },
    [service]: { controllers: ["memory", "pids"], subtree: ["memory", "pids"] },
    "/sys/fs/cgroup/user.slice/user-1000.slice": {
      controllers: all,
      subtree: ["memory", "pids"],
      writable: false,
    },
    "/sys/fs/cgroup/user.slice": { controllers: all, subtree: all, writable: false },
    "/sys/fs/cgroup": { controllers: all, subtree: all, writable: false },
  });
  const cgroup = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope\n";
  const found = findCgroups(parseMounts(v2Mounts), parseCgroup(cgroup), look);
  assert.deepEqual(found.controllers, {
    memory: { version: 2, directory: `${service}/app.slice`, enable: false },
    pids: { version: 2, directory: `${service}/app.slice`, enable: false },
    cpuacct: { version: 2, directory: `${service}/app.slice/run-1.scope`, enable: false },
    freezer: { version: 2, directory: `${service}/app.slice/run-1.scope`, enable: false },
  });
  assert.match(found.missing.cpu ?? "", /not writable/);
});

test("v2 in a delegated scope that holds only this process: controllers cannot be switched on below it", () => {
  const look = host({
    "/sys/fs/cgroup/app.scope": { controllers: all, occupied: true },
    "/sys/fs/cgroup": { controllers: all, subtree: all, writable: false },
  });
  const found = findCgroups(parseMounts(v2Mounts), parseCgroup("0::/app.scope\n"), look);
  assert.deepEqual(found.controllers, withoutControllers("/sys/fs/cgroup/app.scope"));
  assert.equal(found.missing.memory, "cgroup v2: /sys/fs/cgroup is not writable");
});

test("hybrid: v1 where the controllers are, whatever the v2 tree beside them offers", () => {
  const mounts = `${v1Mounts}cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0\n`;
  const look = host({ "/sys/fs/cgroup/memory": {}, "/sys/fs/cgroup/pids": {}, "/sys/fs/cgroup/unified": {} });
  const found = findCgroups(parseMounts(mounts), parseCgroup(`${v1Cgroup}0::/\n`), look);
  assert.equal(found.layout, "hybrid");
  assert.equal(found.controllers.memory?.version, 1);
  // Every v2 cgroup has a clock and a freezer, and what that has frozen can be killed.
  assert.equal(found.controllers.freezer?.directory, "/sys/fs/cgroup/unified");
  assert.equal(found.controllers.cpuacct?.version, 2);
});

test("hybrid with a v2 tree that is not writable: v1's freezer and clock, where it has them", () => {
  const mounts = `${v1Mounts}cgroup /sys/fs/cgroup/freezer cgroup rw,freezer 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 ro,relatime 0 0\n`;
  const look = host({
    "/sys/fs/cgroup/freezer": {},
    "/sys/fs/cgroup/cpu,cpuacct": {},
    "/sys/fs/cgroup/unified": { writable: false },
  });
  const { controllers } = findCgroups(parseMounts(mounts), parseCgroup(`${v1Cgroup}0::/\n`), look);
  assert.deepEqual(controllers.freezer, { version: 1, directory: "/sys/fs/cgroup/freezer", enable: false });
  assert.equal(controllers.cpuacct?.directory, "/sys/fs/cgroup/cpu,cpuacct");
});

test("a v2 tree without controllers, because v1 has none of them mounted either", () => {
  const mounts = "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n";
  const found = findCgroups(parseMounts(mounts), parseCgroup("0::/\n"), host({ "/sys/fs/cgroup": {} }));
  assert.deepEqual(found.controllers, withoutControllers("/sys/fs/cgroup"));
  assert.equal(found.missing.pids, "cgroup v2 at /sys/fs/cgroup has no pids controller");
});

test("Docker on v2: a namespace of its own, mounted read-only", () => {
  const mounts = "cgroup /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec,relatime 0 0\n";
  const look = host({ "/sys/fs/cgroup": { controllers: all, writable: false } });
  const found = findCgroups(parseMounts(mounts), parseCgroup("0::/\n"), look);
  assert.equal(found.layout, "v2");
  assert.equal(found.missing.memory, "cgroup v2: /sys/fs/cgroup is not writable");
});

test("a path that leads out of the cgroup namespace is not followed", () => {
  const look = host({ "/sys/fs/cgroup": { controllers: all, subtree: all } });
  const found = findCgroups(parseMounts(v2Mounts), parseCgroup("0::/../../etc\n"), look);
  assert.equal(found.controllers.pids?.directory, "/sys/fs/cgroup");
});

test("none: nothing is mounted", () => {
  assert.deepEqual(
    findCgroups([], parseCgroup(""), () => plain),
    {
      layout: "none",
      controllers: {},
      missing: noCgroups.missing,
    },
  );
});

test("mount points with blanks and backslashes are read as the kernel writes them", () => {
  assert.equal(parseMounts("none /mnt/a\\040b\\134c tmpfs rw 0 0\n")[0]?.target, "/mnt/a b\\c");
});
