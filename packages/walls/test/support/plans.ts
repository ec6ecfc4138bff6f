// SPDX-License-Identifier: Apache-2.0
import type { Plan } from "../../src/plan.ts";

/** A plan that says as little as a plan can, for a test to add to. */
export const smallPlan: Plan = {
  walls: [],
  properties: [],
  namespaces: null,
  identity: { uid: 1000, gid: 1000, perCell: false, supervisor: "host", insideUid: 1000, insideGid: 1000 },
  filters: null,
  pins: [],
  recording: null,
  rlimits: {},
  cgroup: { steps: [], gauges: {}, freezer: null },
  bounds: {},
  watched: [],
  nice: 0,
  wallTime: null,
  where: null,
  rates: { output: null, connections: null, connectRate: null, bytes: false },
  environment: {},
  message: null,
  directory: "/",
  program: "/usr/bin/true",
  arguments: ["true"],
};
