// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WallName } from "@cordon/policy";
import type { Host } from "../src/host/index.ts";
import { planProperties, type PlanProperty, type PlanPropertyName } from "../src/held/properties.ts";
import { cgroupsAt, hostWith } from "./support/hosts.ts";
import { smallPlan } from "./support/plans.ts";
import { policyOf } from "./support/policies.ts";

const NAMESPACES = { userNamespace: "before-mounts", hostname: "cordon", ownClock: true, root: [] } as const;
const staying = { own: [], run: [], addon: [] };

function holds(
  flags: readonly string[],
  walls: readonly WallName[] = ["namespaces", "filters", "runtime"],
  change: Partial<Host> = {},
): readonly PlanProperty[] {
  const host = hostWith(change);
  const plan = {
    walls,
    namespaces: walls.includes("namespaces") ? { ...NAMESPACES, ownClock: host.ownClock, staying } : null,
    filters: walls.includes("filters") ? ({ names: null } as never) : null,
    identity: { ...smallPlan.identity, perCell: host.identity.kind === "root" },
  };
  return planProperties(policyOf(...flags), host, plan);
}

const levelOf = (all: readonly PlanProperty[], name: PlanPropertyName): string | undefined =>
  all.find((property) => property.name === name)?.level;

test("with all walls on a capable host every property is full", () => {
  assert.deepEqual(
    holds([]).filter(({ level }) => level !== "full"),
    [],
  );
});

test("the floor holds files, network, signals, the kernel's surface in full, and says what it holds in part", () => {
  const floor = holds([], ["filters", "runtime"]);
  for (const name of ["files", "network", "signals", "native code", "kernel surface", "machine"] as const)
    assert.equal(levelOf(floor, name), "full", name);
  const partial = floor.filter(({ level }) => level !== "full");
  assert.deepEqual(
    partial.map(({ name }) => name),
    ["file facts", "other processes", "user", "clock"],
  );
  for (const { accepted, remedy } of partial) {
    assert.equal(accepted, "--walls");
    assert.match(remedy ?? "", /Keep all three walls/);
  }
});

test("native code that is granted is bounded on the floor, not seen", () => {
  assert.equal(levelOf(holds(["--allow-run=*"], ["filters", "runtime"]), "native code"), "partial");
  assert.equal(levelOf(holds(["--allow-run=*"]), "native code"), "full");
});

test("before Landlock ABI 6 the floor's signals are held by refusing them", () => {
  const old = holds([], ["filters", "runtime"], { landlock: { abi: 2, errno: "" } });
  assert.match(old.find(({ name }) => name === "signals")?.by ?? "", /the filter refuses all/);
});

test("the runtime alone holds nothing below itself, and every line says so", () => {
  const alone = holds([], ["runtime"]);
  assert.deepEqual(
    alone.filter(({ level }) => level === "full"),
    [],
  );
});

test("without time namespaces nothing starts, unless the clock is accepted or granted", () => {
  const old = { ownClock: false };
  assert.throws(() => holds([], undefined, old), {
    code: "ERR_PARTLY_ENFORCEABLE",
    message: /`clock` only in part: this kernel has no time namespaces/,
  });
  const clock = (flags: readonly string[]): PlanProperty | undefined =>
    holds(flags, undefined, old).find(({ name }) => name === "clock");
  assert.deepEqual(
    [clock(["--accept=clock"])?.level, clock(["--accept=clock"])?.accepted],
    ["partial", "accept: clock"],
  );
  assert.equal(clock(["--allow-sys=uptime"])?.level, "full");
});

test("limits say what holds them, and the supervisor's own watch is accepted by name", () => {
  const full = holds(["--limit-memory=1GB"], undefined, { cgroups: cgroupsAt(2) });
  assert.deepEqual(levelOf(full, "limit memory"), "full");
  assert.throws(() => holds(["--limit-memory=1GB"]), { code: "ERR_PARTLY_ENFORCEABLE" });
  assert.throws(() => holds(["--limit-memory=1GB", "--accept=clock"]), { code: "ERR_PARTLY_ENFORCEABLE" });
  const accepted = holds(["--limit-memory=1GB", "--accept=limits"]);
  const watched = accepted.find(({ name }) => name === "limit memory");
  assert.deepEqual([watched?.level, watched?.accepted], ["partial", "accept: limits"]);
});
