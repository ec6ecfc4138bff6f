// SPDX-License-Identifier: Apache-2.0
import { noRates } from "./rates.ts";
import { CordonError } from "@cordon/policy";
import { noCgroup } from "./cgroup-steps.ts";
import type { Host } from "./host/index.ts";
import { resolveLinks } from "./links.ts";
import type { Plan } from "./plan.ts";
import type { Program } from "./resolve.ts";
import { compileRecorder, programText } from "./seccomp/index.ts";

/** The variable that tells the recorder where to report. */
const RECORD_VARIABLE = "CORDON_RECORD";

/**
 * The plan of a run without walls, in which everything that the program uses is written down (`cordon learn`).
 *
 * @param program whose `runtime.preload` is the recorder
 * @throws CordonError where this host has no system call notification
 */
export function recordingPlan(host: Host, program: Program): Plan {
  const missing = host.properties.find(
    ({ name, level }) =>
      ["jail", "kernel", "architecture", "seccomp", "broker"].includes(name) && level === "none",
  );
  if (missing !== undefined || host.arch === null) {
    const cause =
      missing === undefined ? "this processor is neither x86-64 nor arm64" : `${missing.name}: ${missing.by}`;
    throw new CordonError(
      "ERR_WALL_UNAVAILABLE",
      { wall: "filters", cause },
      { remedy: missing?.remedy ?? "" },
    );
  }
  const environment = Object.entries(program.environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    walls: [],
    properties: [],
    namespaces: null,
    identity: {
      uid: host.identity.uid,
      gid: host.identity.gid,
      perCell: false,
      supervisor: "host",
      insideUid: 1,
      insideGid: 1,
    },
    filters: null,
    recording: programText(compileRecorder(host.arch)),
    rlimits: {},
    cgroup: noCgroup,
    bounds: {},
    watched: [],
    nice: 0,
    wallTime: null,
    rates: noRates,
    where: null,
    environment: { ...Object.fromEntries(environment), [RECORD_VARIABLE]: "fd:3" },
    pins: [],
    message: null,
    directory: resolveLinks(program.directory).real,
    program: program.node.path,
    arguments: [program.node.path, "--require", program.runtime.preload, program.entry, ...program.args],
  };
}
