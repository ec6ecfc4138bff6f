// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Limits } from "@cordon/policy";
import type { Host } from "../src/host/index.ts";
import { heapFlags, limitSteps, scratchSize } from "../src/limits.ts";
import { allWalls } from "../src/resolve.ts";
import { cgroupsAt, hostWith } from "./support/hosts.ts";

const both: Limits = { memory: 268_435_456, processes: 32, watch: false };
const of = (limits: Limits, host: Host, walls = allWalls) => limitSteps(limits, host, walls, "cordon-1");

test("cgroup v2: one directory, its bounds, and then the joining of it", () => {
  const { cgroup, watchMemory } = of(both, hostWith({ cgroups: cgroupsAt(2) }));
  const own = "/sys/fs/cgroup/user/cordon-1";
  assert.deepEqual(cgroup.steps, [
    { step: "make", directory: own },
    { step: "set", file: `${own}/memory.max`, value: "268435456" },
    { step: "set", file: `${own}/memory.oom.group`, value: "1" },
    { step: "set", file: `${own}/pids.max`, value: "32" },
    { step: "join", file: `${own}/cgroup.procs` },
  ]);
  assert.equal(cgroup.memoryEvents, `${own}/memory.events`);
  assert.equal(watchMemory, null);
});

test("cgroup v2: controllers that are off below the directory are switched on first", () => {
  const { cgroup } = of(both, hostWith({ cgroups: cgroupsAt(2, true) }));
  const file = "/sys/fs/cgroup/user/cgroup.subtree_control";
  assert.deepEqual(cgroup.steps.slice(0, 3), [
    { step: "set", file, value: "+memory" },
    { step: "set", file, value: "+pids" },
    { step: "make", directory: "/sys/fs/cgroup/user/cordon-1" },
  ]);
});

test("cgroup v1: a directory in each hierarchy", () => {
  const { cgroup } = of(both, hostWith({ cgroups: cgroupsAt(1) }));
  const made = cgroup.steps.filter(({ step }) => step === "make");
  assert.deepEqual(made, [
    { step: "make", directory: "/sys/fs/cgroup/memory/cordon-1" },
    { step: "make", directory: "/sys/fs/cgroup/pids/cordon-1" },
  ]);
  assert.ok(cgroup.steps.some((step) => step.step === "set" && step.file.endsWith("/memory.limit_in_bytes")));
  assert.deepEqual(
    cgroup.steps.filter(({ step }) => step === "join"),
    [
      { step: "join", file: "/sys/fs/cgroup/memory/cordon-1/tasks" },
      { step: "join", file: "/sys/fs/cgroup/pids/cordon-1/tasks" },
    ],
  );
  assert.equal(cgroup.memoryEvents, "/sys/fs/cgroup/memory/cordon-1/memory.oom_control");
});

test("without limits no cgroup is made, whatever the host has", () => {
  const { cgroup, wallTime } = of({ watch: false }, hostWith({ cgroups: cgroupsAt(2) }));
  assert.deepEqual(cgroup, { steps: [], memoryEvents: null });
  assert.equal(wallTime, null);
});

test("without a cgroup a memory limit is refused, unless the policy accepts the supervisor's own watch", () => {
  assert.throws(() => of({ memory: 1_000_000, watch: false }, hostWith()), {
    code: "ERR_LIMIT_UNENFORCEABLE",
    message: /`memory` cannot be enforced.*no cgroup file system is mounted.*--limit-watch/,
  });
  assert.equal(of({ memory: 1_000_000, watch: true }, hostWith()).watchMemory, 1_000_000);
  // Where there is a cgroup, it is the cgroup that holds the limit.
  const { watchMemory, cgroup } = of({ ...both, watch: true }, hostWith({ cgroups: cgroupsAt(2) }));
  assert.equal(watchMemory, null);
  assert.ok(cgroup.steps.length > 0);
});

test("without a cgroup processes are counted by user, where the cell's user is the cell's alone", () => {
  const limits: Limits = { processes: 8, watch: false };
  const root = hostWith({ identity: { kind: "root", uid: 0, gid: 0, alone: "own" } });
  assert.equal(of(limits, hostWith()).rlimits["nproc"], 8);
  assert.equal(of(limits, root, ["filters", "runtime"]).rlimits["nproc"], 8);
  assert.throws(() => of(limits, hostWith(), ["filters", "runtime"]), { code: "ERR_LIMIT_UNENFORCEABLE" });
});

test("no core dumps, no message queues, and a bound on descriptors, whatever the policy says", () => {
  assert.deepEqual(of({ watch: false }, hostWith()).rlimits, { core: 0, msgqueue: 0, nofile: 4096 });
  assert.equal(of({ openFiles: 64, watch: false }, hostWith()).rlimits["nofile"], 64);
});

test("V8's heap ends before the cell's memory does", () => {
  assert.deepEqual(heapFlags({ memory: 268_435_456, watch: false }), ["--max-old-space-size=112"]);
  assert.deepEqual(heapFlags({ memory: 1, watch: false }), ["--max-old-space-size=8"]);
  assert.deepEqual(heapFlags({ watch: false }), []);
});

test("the private /tmp is bounded in bytes and files", () => {
  assert.deepEqual(scratchSize({ watch: false }), { bytes: 67_108_864, inodes: 16_384 });
  assert.deepEqual(scratchSize({ scratch: 4096, watch: false }), { bytes: 4096, inodes: 64 });
});
