// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { findUserNamespaces, type NamespaceSettings, parseSysctl } from "../src/host/namespaces.ts";
import type { TrialReport, TrialResult } from "../src/host/trial.ts";

const ok = { ok: true } as const;
const failed = (errno: string) => ({ ok: false, errno }) as const;
const trial = (outcomes: Partial<TrialReport>): TrialResult => ({
  ok: true,
  report: {
    landlock: 6,
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
  filtered: false,
};

const reason = (
  result: TrialResult,
  changed: Partial<NamespaceSettings>,
): { step: string; cause: string; remedy: string } => {
  const found = findUserNamespaces(result, { ...settings, ...changed });
  assert.equal(found.ok, false);
  return found.ok ? { step: "", cause: "", remedy: "" } : found;
};

test("a trial that succeeds is believed, whatever the settings say", () => {
  assert.deepEqual(findUserNamespaces(trial({}), { ...settings, apparmor: 1, maximum: 0 }), { ok: true });
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
  const { cause, remedy } = reason(trial(both), { filtered: true, apparmor: 1 });
  assert.match(cause, /container/);
  assert.match(remedy, /--security-opt seccomp=unconfined/);
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
