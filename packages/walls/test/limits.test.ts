// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Acceptable, Limits } from "@cordon/policy";
import type { Host } from "../src/host/index.ts";
import { heapFlags, limitSteps, scratchSize } from "../src/limits.ts";
import { allWalls } from "../src/resolve.ts";
import { cgroupsAt, hostWith } from "./support/hosts.ts";

const of = (
  limits: Limits,
  host: Host,
  { accept = [], walls = allWalls }: { accept?: readonly Acceptable[]; walls?: typeof allWalls } = {},
) => limitSteps({ limits, accept }, host, walls, "cordon-1");
const watching = { accept: ["limits"] } as const;

test("without limits no cgroup is made, whatever the host has", () => {
  const { cgroup, wallTime, bounds } = of({}, hostWith({ cgroups: cgroupsAt(2) }));
  assert.deepEqual(cgroup, { steps: [], gauges: {}, freezer: null });
  assert.equal(wallTime, null);
  assert.deepEqual(bounds, {});
});

test("without a cgroup what needs one is refused, unless the policy accepts the supervisor's own watch", () => {
  for (const limits of [{ memory: 1_000_000 }, { swap: 1 }, { cpuTime: 1000 }, { cpuWeight: 50 }]) {
    const [name = ""] = Object.keys(limits);
    assert.throws(() => of(limits, hostWith()), {
      code: "ERR_LIMIT_UNENFORCEABLE",
      message: new RegExp(
        `\`${name}\` cannot be enforced.*no cgroup file system is mounted.*--accept=limits`,
      ),
    });
    assert.doesNotThrow(() => of(limits, hostWith(), watching), name);
  }
  const all = { memory: 1_000_000, swap: 5, cpuTime: 1500, processes: 9 };
  const { watched, bounds, rlimits } = of(all, hostWith(), watching);
  assert.deepEqual(watched, ["memory", "swap", "cpuTime", "processes"]);
  assert.deepEqual(bounds, { memory: 1_000_000, swap: 5, cpuTime: 1500, processes: 9 });
  // Each process alone is held by the kernel, in whole seconds.
  assert.equal(rlimits["cpu"], 3);
  // Where there is a cgroup, it is the cgroup that holds the limit.
  const held = of(all, hostWith({ cgroups: cgroupsAt(2) }), watching);
  assert.deepEqual(held.watched, []);
  assert.deepEqual(held.bounds, bounds);
  assert.ok(held.cgroup.steps.length > 0);
  assert.equal(held.rlimits["cpu"], undefined);
});

test("without a cgroup nothing holds a share of the processors, whatever the policy accepts", () => {
  assert.throws(() => of({ cpu: 0.5 }, hostWith(), watching), {
    code: "ERR_LIMIT_UNENFORCEABLE",
    message: /`cpu` cannot be enforced.*set cpuTime or cpuWeight in its place/,
  });
});

test("without a cgroup a weight is niceness, which only takes", () => {
  const nice = (cpuWeight: number): number => of({ cpuWeight }, hostWith(), watching).nice;
  assert.deepEqual([1, 10, 50, 80, 100].map(nice), [19, 10, 3, 1, 0]);
  assert.throws(() => nice(101), { code: "ERR_LIMIT_UNENFORCEABLE", message: /at most 100/ });
  assert.equal(of({ cpuWeight: 10 }, hostWith({ cgroups: cgroupsAt(2) })).nice, 0);
});

test("without a cgroup processes are counted by user, where the cell's user is the cell's alone", () => {
  const limits = { processes: 8 };
  const walls = ["filters", "runtime"] as const;
  const root = hostWith({ identity: { kind: "root", uid: 0, gid: 0, alone: "own" } });
  assert.equal(of(limits, hostWith()).rlimits["nproc"], 8);
  assert.equal(of(limits, root, { walls }).rlimits["nproc"], 8);
  assert.throws(() => of(limits, hostWith(), { walls }), { code: "ERR_LIMIT_UNENFORCEABLE" });
});

test("no core dumps, no message queues, and a bound on descriptors, whatever the policy says", () => {
  assert.deepEqual(of({}, hostWith()).rlimits, { core: 1, msgqueue: 0, nofile: 4096 });
  assert.equal(of({ openFiles: 64 }, hostWith()).rlimits["nofile"], 64);
});

test("V8's heap ends before the cell's memory does", () => {
  assert.deepEqual(heapFlags({ memory: 268_435_456 }), ["--max-old-space-size=112"]);
  assert.deepEqual(heapFlags({ memory: 1 }), ["--max-old-space-size=8"]);
  assert.deepEqual(heapFlags({}), []);
});

test("the private /tmp is bounded in bytes and files", () => {
  assert.deepEqual(scratchSize({}), { bytes: 67_108_864, inodes: 16_384 });
  assert.deepEqual(scratchSize({ scratch: 4096 }), { bytes: 4096, inodes: 64 });
});
