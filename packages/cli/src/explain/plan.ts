// SPDX-License-Identifier: Apache-2.0
import type { Plan, RootStep, UnixPlan } from "@cordon/walls";
import type { Line } from "./policy.ts";

/** A plan in words: what this host will do to hold the policy. */
export function explainPlan(plan: Plan): readonly Line[] {
  return [
    ["walls", plan.walls.join(", ")],
    ["executes", [plan.program, ...plan.arguments.slice(1)].join(" ")],
    ["directory", plan.directory],
    ["variables", Object.keys(plan.environment).join(", ") || "none"],
    ["user", identity(plan)],
    ...namespaces(plan),
    ...filters(plan),
    ...plan.pins.map(({ path, sha256 }) => ["pinned", `${path} as SHA-256 ${sha256}`] as const),
    ["cgroup", plan.cgroup.steps.map(cgroupStep).join("; ") || "none"],
    [
      "rlimits",
      Object.entries(plan.rlimits)
        .map(([name, value]) => `${name} ${value}`)
        .join(", ") || "none",
    ],
  ];
}

function identity({ identity: { uid, insideUid, perCell } }: Plan): string {
  return perCell
    ? `a uid of its own above ${uid}, seen as ${insideUid} inside`
    : `uid ${uid}, seen as ${insideUid} inside`;
}

function namespaces({ namespaces: wall }: Plan): readonly Line[] {
  if (wall === null) return [["namespaces", "taken away"]];
  return wall.root.flatMap((step) => {
    const text = rootStep(step);
    return text === undefined ? [] : [["mount", text] as const];
  });
}

function rootStep(step: RootStep): string | undefined {
  switch (step.step) {
    case "mount":
      return `${step.use.write ? "rw" : "ro"}${step.use.execute ? ", executable" : ""}  ${step.target}${step.source === step.target ? "" : ` (from ${step.source})`}`;
    case "mask":
      return `masked  ${step.target}`;
    case "tmpfs":
      return `private  ${step.target} (${step.bytes} bytes)`;
    case "proc":
      return `/proc of the cell's own processes at ${step.target}`;
    case "device":
      return `device  ${step.target}`;
    case "symlink":
    case "file":
    case "directory":
    case "anchor":
      return undefined;
  }
}

function filters({ filters: wall }: Plan): readonly Line[] {
  if (wall === null) return [["filters", "taken away"]];
  const rules = wall.network.map(
    ({ call, allow, protocol, address, prefix, from, to }) =>
      `${allow ? "allow" : "deny"} ${call} ${protocol}://${address === "*" ? address : `${address}/${prefix}`}:${from === to ? from : `${from}-${to}`}`,
  );
  const names = wall.names?.rules.map(
    ({ allow, protocol, name, from, to }) =>
      `${allow ? "allow" : "deny"} ${protocol}://${name}:${from === to ? from : `${from}-${to}`}`,
  );
  return [
    ["seccomp", `a filter of ${wall.seccomp.length / 16} instructions`],
    ["landlock", `${wall.landlock.paths.length} path rules`],
    ["broker", broker(rules)],
    ...unixSockets(wall.unix),
    ["resolver", resolver(names, wall.names?.resolvers ?? [])],
    [
      "afterwards",
      `executing files ${wall.executeAfterReady ? "goes on" : "ends"} when the runtime is ready; mapping them executable ${wall.mapAfterReady ? "goes on" : "ends"}`,
    ],
  ];
}

function unixSockets({ rules, writable }: UnixPlan): readonly Line[] {
  if (rules.length === 0) return [];
  const texts = rules.map(
    ({ allow, covers, path, place }) =>
      `${allow ? "allow" : "deny"} ${path}${covers === "prefix" ? "*" : ""}${place === "own" ? " (the cell's own)" : ""}`,
  );
  const guarded =
    writable.length === 0
      ? ""
      : `; in ${writable.join(", ")}, which the program may write, only what is there at its start or is its own`;
  return [["unix sockets", `through the broker, not mounted: ${texts.join("; ")}${guarded}`]];
}

function resolver(
  names: readonly string[] | undefined,
  servers: readonly { readonly address: string; readonly port: number }[],
): string {
  if (names === undefined) return "none without the namespaces' wall";
  const asked = servers.map(({ address, port }) => `${address} port ${port}`).join(", ");
  if (asked === "") return "refuses every name";
  return `${names.length === 0 ? "every name" : broker(names)}; asks ${asked}`;
}

/** `public` alone is 170 ranges: those are for `--json`. */
const MOST_RULES = 8;

function broker(rules: readonly string[]): string {
  if (rules.length === 0) return "refuses every address";
  const shown = rules.slice(0, MOST_RULES).join("; ");
  return rules.length <= MOST_RULES
    ? shown
    : `${shown}; and ${rules.length - MOST_RULES} more (all with --json)`;
}

function cgroupStep(step: Plan["cgroup"]["steps"][number]): string {
  switch (step.step) {
    case "make":
      return `make ${step.directory}`;
    case "set":
      return `${step.file} = ${step.value}`;
    case "try":
      return `${step.file} = ${step.value}, where there is one`;
    case "join":
      return `join ${step.file}`;
    case "sweep":
      return `remove what was left over in ${step.directory}`;
  }
}
