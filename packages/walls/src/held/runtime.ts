// SPDX-License-Identifier: Apache-2.0
import { type AccessRequest, type Decision, decide, pathCovers, type Policy } from "@cordon/policy";
import { nodeHas } from "../node/index.ts";
import type { Plan } from "../plan.ts";
import { absent, blind, closed, type Hold, open } from "./hold.ts";

const wall = "runtime";

/** What Node's own flags and the preload say. `policy` is the one that the plan hands to the preload. */
export function runtimeHold(plan: Plan, policy: Policy, request: AccessRequest, version: string): Hold {
  if (!plan.walls.includes("runtime")) return absent(wall);
  const flags = plan.arguments;
  const decision: Decision = decide(policy, request);
  switch (request.scope) {
    case "fs.read":
    case "fs.write": {
      const flag = request.scope === "fs.read" ? "--allow-fs-read" : "--allow-fs-write";
      const letting = flags.find(
        (each) => each.startsWith(`${flag}=`) && flagCovers(each, flag, request.path),
      );
      if (letting === undefined) return closed(wall, `Node: no ${flag} covers it`);
      // What Node was told to let through, only a deny rule can refuse: that is the preload's part.
      if (!decision.granted && decision.rule !== undefined)
        return closed(wall, "the preload: a deny rule; Node has none");
      return open(wall, "full", `Node: ${letting}`);
    }
    case "net.connect":
    case "net.listen":
      return networkHold(flags, version);
    case "net.unix":
      return byPreload(decision, "the preload, in net.connect() and listen()");
    case "run":
      if (!flags.includes("--allow-child-process")) return closed(wall, "Node: no --allow-child-process");
      return byPreload(decision, "the preload, for each executable; Node's --allow-child-process is for all");
    case "addon":
      if (flags.includes("--no-addons")) return closed(wall, "Node: --no-addons");
      return byPreload(decision, "the preload, in process.dlopen(); Node's --allow-addons is for all");
    case "worker":
      return bySwitch(flags, "--allow-worker");
    case "wasi":
      return nodeHas({ version }, "wasi")
        ? bySwitch(flags, "--allow-wasi")
        : byPreload(decision, "the preload");
    case "inspector":
      return nodeHas({ version }, "inspector")
        ? bySwitch(flags, "--allow-inspector")
        : byPreload(decision, "the preload; this Node has no flag for it");
    case "ffi":
      return nodeHas({ version }, "ffi")
        ? bySwitch(flags, "--allow-ffi")
        : byPreload(decision, "the preload; this Node has no flag for it, and no node:ffi");
    case "sys":
      return byPreload(decision, "the preload, in node:os");
    case "env":
      return blind(wall, "not needed: an ungranted variable is not in the process");
  }
}

function flagCovers(flag: string, name: string, path: string): boolean {
  const value = flag.slice(name.length + 1);
  if (value === "*") return true;
  // Before 20.7 one flag had them all.
  return pathCovers(value, path) || value.split(",").some((each) => pathCovers(each, path));
}

function bySwitch(flags: readonly string[], flag: string): Hold {
  return flags.includes(flag) ? open(wall, "full", `Node: ${flag}`) : closed(wall, `Node: no ${flag}`);
}

function byPreload(decision: Decision, by: string): Hold {
  return decision.granted ? open(wall, "full", by) : closed(wall, by);
}

function networkHold(flags: readonly string[], version: string): Hold {
  if (!nodeHas({ version }, "net")) {
    return blind(
      wall,
      `Node ${version} has no flag for the network; the preload names the grant that is missing`,
    );
  }
  if (!flags.includes("--allow-net")) return closed(wall, "Node: no --allow-net");
  return open(wall, "partial", "Node: --allow-net, which is for all or nothing");
}
