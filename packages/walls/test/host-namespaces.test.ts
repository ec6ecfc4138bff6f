// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { findUserNamespaces, type NamespaceSettings, parseSysctl } from "../src/host/namespaces.ts";
import { bareHost } from "./support/hosts.ts";
import type { TrialReport, TrialResult } from "../src/host/trial.ts";

const ok = { ok: true } as const;
const failed = (errno: string) => ({ ok: false, errno }) as const;
const trial = (outcomes: Partial<TrialReport>): TrialResult => ({
  ok: true,
  report: {
    landlock: 6,
    landlockErrno: "",
    ownProc: ok,
    descriptors: ok,
    memory: ok,
    children: ok,
    userNamespace: ok,
    namespaces: ok,
    seccompNotify: ok,
    seccompWaitKillable: ok,
    mountAttributes: ok,
    ...outcomes,
  },
});
const settings: NamespaceSettings = {
  maximum: 96365,
  unprivileged: null,
  apparmor: null,
  built: true,
  surroundings: bareHost,
};

const docker = { ...bareHost, inside: "container", engine: "Docker", filtered: true } as const;

const reason = (
  result: TrialResult,
  changed: Partial<NamespaceSettings>,
): { step: string; cause: string; remedy: string } => {
  const found = findUserNamespaces(result, { ...settings, ...changed }, "ordinary");
  assert.equal(found.ok, false);
  return found.ok ? { step: "", cause: "", remedy: "" } : found;
};

test("a trial that succeeds is believed, whatever the settings say", () => {
  assert.deepEqual(findUserNamespaces(trial({}), { ...settings, apparmor: 1, maximum: 0 }, "ordinary"), {
    ok: true,
  });
});

test("root could make the others without a user namespace, and a cell has one all the same", () => {
  const { step } = reason(trial({ userNamespace: failed("ENOSPC") }), { maximum: 0 });
  assert.equal(step, "user namespace");
});

test("switched off by user.max_user_namespaces", () => {
  const both = { userNamespace: failed("ENOSPC"), namespaces: failed("ENOSPC") };
  const { step, cause, remedy } = reason(trial(both), { maximum: 0 });
  assert.equal(step, "user namespace");
  assert.equal(cause, "user.max_user_namespaces is 0");
  assert.match(remedy, /sysctl -w user\.max_user_namespaces=/);
});

test("switched off for ordinary users by Debian's setting", () => {
  const both = { userNamespace: failed("EPERM"), namespaces: failed("EPERM") };
  assert.match(reason(trial(both), { unprivileged: 0 }).remedy, /kernel\.unprivileged_userns_clone=1/);
});

test("Ubuntu 24.04: AppArmor gives a user namespace in which nothing is allowed", () => {
  const { step, cause, remedy } = reason(trial({ namespaces: failed("EPERM") }), { apparmor: 1 });
  assert.equal(step, "namespaces");
  assert.match(cause, /AppArmor/);
  assert.match(remedy, /AppArmor profile|apparmor_restrict_unprivileged_userns=0/);
});

test("Docker: the default seccomp profile refuses, as root of the container too", () => {
  const both = { userNamespace: failed("EPERM"), namespaces: failed("EPERM") };
  // The host's AppArmor setting shows through, but it is not what stands in the way.
  const { cause, remedy } = reason(trial(both), { surroundings: docker, apparmor: 1 });
  assert.match(cause, /Docker's seccomp profile/);
  assert.match(remedy, /--security-opt seccomp=unconfined/);
});

test("inside a cell nothing is nested, and the remedy is another than a container's", () => {
  const both = { userNamespace: failed("EPERM"), namespaces: failed("EPERM") };
  const surroundings = { ...bareHost, inside: "cell", filtered: true } as const;
  const { cause, remedy } = reason(trial(both), { surroundings, maximum: 0 });
  assert.match(cause, /inside a cell of Cordon/);
  assert.match(remedy, /Grant `run`/);
});

test("a chroot is told from a container", () => {
  const both = { userNamespace: failed("EPERM"), namespaces: failed("EPERM") };
  assert.match(reason(trial(both), { surroundings: { ...bareHost, chrooted: true } }).cause, /chroot/);
});

test("namespaces without a /proc of one's own are none: a container covers parts of it", () => {
  const { step, remedy } = reason(trial({ ownProc: failed("EPERM") }), {});
  assert.equal(step, "proc");
  // Root mounts it outside of the user namespace.
  assert.deepEqual(findUserNamespaces(trial({ ownProc: failed("EPERM") }), settings, "root"), { ok: true });
  assert.match(remedy, /systempaths=unconfined/);
});

test("every refusal names the floor that can be had without, but a cell's", () => {
  const both = { userNamespace: failed("EPERM"), namespaces: failed("EPERM") };
  const settings: Partial<NamespaceSettings>[] = [
    { maximum: 0 },
    { unprivileged: 0 },
    { apparmor: 1 },
    { built: false },
    { surroundings: docker },
    { surroundings: { ...bareHost, chrooted: true } },
    {},
  ];
  for (const changed of settings)
    assert.match(reason(trial(both), changed).remedy, /--walls=filters,runtime/);
});

test("a kernel without user namespaces", () => {
  const both = { userNamespace: failed("EINVAL"), namespaces: failed("EINVAL") };
  assert.match(reason(trial(both), { built: false, maximum: null }).remedy, /CONFIG_USER_NS/);
});

test("an unknown cause still names the error and somewhere to look", () => {
  const both = { userNamespace: failed("EACCES"), namespaces: failed("EACCES") };
  const { cause, remedy } = reason(trial(both), {});
  assert.match(cause, /EACCES/);
  assert.match(remedy, /security module/);
});

test("without the jail's trials nothing counts as possible", () => {
  const { step, remedy } = reason({ ok: false, problem: "cordon-jail --probe failed: ENOENT" }, {});
  assert.equal(step, "probe");
  assert.match(remedy, /npm run setup/);
});

test("a setting is a number, or absent", () => {
  assert.equal(parseSysctl("96365\n"), 96365);
  assert.equal(parseSysctl("0\n"), 0);
  assert.equal(parseSysctl(null), null);
  assert.equal(parseSysctl(""), null);
});
