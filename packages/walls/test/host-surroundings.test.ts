// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { findSurroundings, type SurroundingFacts } from "../src/host/surroundings.ts";

const bare: SurroundingFacts = {
  marks: [],
  container: undefined,
  kubernetes: false,
  cgroup: "0::/user.slice/user-1000.slice/session-2.scope\n",
  version: "#1 SMP PREEMPT_DYNAMIC Debian 6.12.1",
  filtered: false,
  noNewPrivileges: false,
  chrooted: false,
  yama: null,
  modules: null,
  lockdown: null,
  sys: true,
};
const around = (change: Partial<SurroundingFacts>): ReturnType<typeof findSurroundings> =>
  findSurroundings({ ...bare, ...change });

test("a host without a container says so, whatever else is on it", () => {
  assert.deepEqual([around({}).inside, around({}).engine], [null, null]);
  assert.equal(around({ filtered: true, noNewPrivileges: true }).inside, null);
});

test("container engines are known by what they leave", () => {
  assert.equal(around({ marks: ["/.dockerenv"] }).engine, "Docker");
  assert.equal(around({ marks: ["/run/.containerenv"] }).engine, "Podman");
  assert.equal(around({ container: "systemd-nspawn" }).engine, "systemd-nspawn");
  assert.equal(around({ cgroup: "0::/system.slice/docker-4f2a.scope\n" }).engine, "docker");
  assert.equal(around({ cgroup: "11:memory:/docker/4f2a\n" }).engine, "docker");
  assert.equal(around({ cgroup: "0::/kubepods/besteffort/pod1\n" }).engine, "kubepods");
  // A pod's container is Docker's or containerd's too: what can be set is the pod's.
  assert.equal(around({ kubernetes: true, marks: ["/.dockerenv"] }).engine, "Kubernetes");
});

test("a cell is known by what its supervisor answers, under a filter", () => {
  assert.equal(around({ version: "#1 Cordon", filtered: true }).inside, "cell");
  assert.equal(around({ version: "#1 Cordon" }).inside, null);
});

test("security modules, Yama and the lockdown in force", () => {
  const found = around({
    modules: "capability,landlock,yama,apparmor\n",
    yama: 1,
    lockdown: "none [integrity] confidentiality\n",
  });
  assert.deepEqual(found.modules, ["capability", "landlock", "yama", "apparmor"]);
  assert.deepEqual([found.yama, found.lockdown], [1, "integrity"]);
  assert.equal(around({ lockdown: "[none] integrity confidentiality\n" }).lockdown, null);
});
