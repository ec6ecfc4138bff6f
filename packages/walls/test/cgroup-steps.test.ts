// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Limits } from "@cordon/policy";
import { cgroupPlan } from "../src/cgroup-steps.ts";
import type { Cgroups } from "../src/host/index.ts";
import type { CgroupPlan } from "../src/plan.ts";
import { cgroupsAt, hostWith, noCgroups } from "./support/hosts.ts";

const both = { memory: 268_435_456, processes: 32 };
const of = (limits: Limits, cgroups: Cgroups): CgroupPlan =>
  cgroupPlan(limits, hostWith({ cgroups }), "cordon-1");
/** What is written, by the files' last two names. */
const written = ({ steps }: CgroupPlan): Record<string, string> =>
  Object.fromEntries(
    steps.flatMap((step) =>
      step.step === "set" || step.step === "try"
        ? [[step.file.split("/").slice(-1).join("/"), `${step.step} ${step.value}`]]
        : [],
    ),
  );
const made = ({ steps }: CgroupPlan): string[] =>
  steps.flatMap((step) => (step.step === "make" ? [step.directory] : []));

test("cgroup v2: one directory, its bounds, the joining of it, and what to count", () => {
  const cgroup = of(both, cgroupsAt(2));
  const own = "/sys/fs/cgroup/user/cordon-1";
  assert.deepEqual(cgroup.steps, [
    { step: "make", directory: own },
    { step: "set", file: `${own}/memory.max`, value: "268435456" },
    { step: "set", file: `${own}/memory.oom.group`, value: "1" },
    { step: "try", file: `${own}/memory.swap.max`, value: "0" },
    { step: "set", file: `${own}/pids.max`, value: "32" },
    { step: "join", file: `${own}/cgroup.procs` },
    { step: "sweep", directory: "/sys/fs/cgroup/user" },
  ]);
  assert.equal(cgroup.gauges["memory-events"], `${own}/memory.events`);
  assert.equal(cgroup.gauges["memory-control"], undefined);
  assert.equal(cgroup.gauges.cpu, `${own}/cpu.stat`);
  assert.deepEqual(cgroup.freezer, {
    version: 2,
    control: `${own}/cgroup.freeze`,
    state: `${own}/cgroup.events`,
  });
});

test("cgroup v2: controllers that are off below the directory are switched on first", () => {
  const file = "/sys/fs/cgroup/user/cgroup.subtree_control";
  assert.deepEqual(of({ ...both, cpu: 1 }, cgroupsAt(2, true)).steps.slice(0, 4), [
    { step: "set", file, value: "+memory" },
    { step: "set", file, value: "+pids" },
    { step: "set", file, value: "+cpu" },
    { step: "make", directory: "/sys/fs/cgroup/user/cordon-1" },
  ]);
});

test("cgroup v2: a process is in one cgroup, so controllers found apart are used together, further out", () => {
  const { controllers } = cgroupsAt(2);
  const inner = { version: 2 as const, directory: "/sys/fs/cgroup/user/session", enable: true };
  const cgroup = of(both, {
    layout: "v2",
    missing: {},
    controllers: { ...controllers, memory: inner, cpuacct: { ...inner, enable: false } },
  });
  assert.deepEqual(made(cgroup), ["/sys/fs/cgroup/user/cordon-1"]);
  assert.deepEqual(
    cgroup.steps.filter(({ step }) => step === "join"),
    [{ step: "join", file: "/sys/fs/cgroup/user/cordon-1/cgroup.procs" }],
  );
  // On in the inner one, so on in the outer one too: there is nothing to switch on.
  assert.ok(!cgroup.steps.some((step) => step.step === "set" && step.file.endsWith("subtree_control")));
});

test("cgroup v1: a directory in each hierarchy, entered by the one thread that there is", () => {
  const cgroup = of(both, cgroupsAt(1));
  const at = (name: string): string => `/sys/fs/cgroup/${name}/cordon-1`;
  assert.deepEqual(made(cgroup), [at("memory"), at("pids"), at("cpuacct"), at("freezer")]);
  assert.deepEqual(
    cgroup.steps.filter(({ step }) => step === "join"),
    ["memory", "pids", "cpuacct", "freezer"].map((name) => ({ step: "join", file: `${at(name)}/tasks` })),
  );
  assert.equal(cgroup.gauges["memory-events"], `${at("memory")}/memory.oom_control`);
  assert.equal(cgroup.gauges["memory-control"], `${at("memory")}/cgroup.event_control`);
  assert.equal(cgroup.gauges.cpu, `${at("cpuacct")}/cpuacct.usage`);
  assert.equal(cgroup.freezer?.version, 1);
});

test("hybrid: v1's controllers, and v2's freezer and clock beside them in one directory", () => {
  const { controllers } = cgroupsAt(1);
  const unified = { version: 2 as const, directory: "/sys/fs/cgroup/unified", enable: false };
  const cgroup = of(
    { memory: 1 },
    { layout: "hybrid", missing: {}, controllers: { ...controllers, cpuacct: unified, freezer: unified } },
  );
  assert.deepEqual(made(cgroup), ["/sys/fs/cgroup/memory/cordon-1", "/sys/fs/cgroup/unified/cordon-1"]);
  assert.equal(cgroup.gauges.cpu, "/sys/fs/cgroup/unified/cordon-1/cpu.stat");
  assert.equal(cgroup.freezer?.version, 2);
});

test("swap is none beside a memory limit, where the kernel counts it; asked for by name it has to be counted", () => {
  assert.equal(written(of({ memory: 100 }, cgroupsAt(2)))["memory.swap.max"], "try 0");
  assert.equal(written(of({ memory: 100, swap: 50 }, cgroupsAt(2)))["memory.swap.max"], "set 50");
  assert.equal(written(of({ memory: 100 }, cgroupsAt(1)))["memory.memsw.limit_in_bytes"], "try 100");
  assert.equal(
    written(of({ memory: 100, swap: 50 }, cgroupsAt(1)))["memory.memsw.limit_in_bytes"],
    "set 150",
  );
  const alone = written(of({ swap: 50 }, cgroupsAt(2)));
  assert.equal(alone["memory.swap.max"], "set 50");
  assert.equal(alone["memory.max"], undefined);
});

test("a share of the processors is a quota, a weight is a weight", () => {
  const limits = { cpu: 0.5, cpuWeight: 50 };
  assert.deepEqual(written(of(limits, cgroupsAt(2))), {
    "cpu.max": "set 50000 100000",
    "cpu.weight": "set 50",
  });
  assert.deepEqual(written(of(limits, cgroupsAt(1))), {
    "cpu.cfs_period_us": "set 100000",
    "cpu.cfs_quota_us": "set 50000",
    "cpu.shares": "set 512",
  });
  // The kernel takes no less than a millisecond, and no fewer than two shares.
  assert.equal(written(of({ cpu: 0.01 }, cgroupsAt(1)))["cpu.cfs_quota_us"], "set 1000");
  assert.equal(written(of({ cpuWeight: 1 }, cgroupsAt(1)))["cpu.shares"], "set 10");
  assert.equal(written(of({ cpuWeight: 10_000 }, cgroupsAt(1)))["cpu.shares"], "set 102400");
  assert.deepEqual(Object.keys(written(of({ cpu: 2 }, cgroupsAt(2)))), ["cpu.max"]);
});

test("processor time alone needs a cgroup that counts it, and no controller", () => {
  const { freezer, cpuacct } = cgroupsAt(2).controllers;
  assert.ok(freezer !== undefined && cpuacct !== undefined);
  const cgroup = of({ cpuTime: 1000 }, { layout: "v2", missing: {}, controllers: { freezer, cpuacct } });
  assert.deepEqual(made(cgroup), ["/sys/fs/cgroup/user/cordon-1"]);
  assert.deepEqual(Object.keys(cgroup.gauges), ["cpu"]);
});

test("what no controller bounds makes no cgroup", () => {
  assert.deepEqual(made(of(both, noCgroups)), []);
  assert.deepEqual(made(of({ wallTime: 1, openFiles: 9, scratch: 4096 }, cgroupsAt(2))), []);
});
