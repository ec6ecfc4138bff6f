// SPDX-License-Identifier: Apache-2.0
import type { StackAddresses } from "./node/stack-addresses.ts";
import {
  ANY_ADDRESS,
  type CgroupStep,
  type FactSteps,
  type Names,
  type NameStep,
  type NetworkStep,
  type Plan,
  type RootStep,
  type UnixPlan,
} from "./plan.ts";

// Words of a plan line are printable ASCII; any other byte, and "%", is written as %xx.
function word(value: string | number): string {
  const text = String(value);
  if (/^[!-$&-~]*$/.test(text)) return text;
  let encoded = "";
  for (const byte of Buffer.from(text)) {
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x25;
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return encoded;
}

/** One line of a plan, or of what a running cell is told: a verb and its words. */
export function encodeLine(verb: string, ...words: readonly (string | number)[]): string {
  return [verb, ...words.map(word)].join(" ");
}

function mountFlags(step: Extract<RootStep, { step: "mount" }>): string {
  const flags = [step.use.write ? "rw" : "ro", "nosuid", "nodev", step.directory ? "directory" : "file"];
  if (!step.use.execute) flags.push("noexec");
  if (step.mapOwner) flags.push("idmap");
  return flags.join(",");
}

function rootLine(step: RootStep): string {
  switch (step.step) {
    case "mount":
      return encodeLine("mount", step.source, step.target, mountFlags(step));
    case "tmpfs":
      return encodeLine(
        "tmpfs",
        step.target,
        step.bytes,
        step.inodes,
        `0x${step.mode.toString(16)}`,
        "nosuid,nodev,noexec",
      );
    case "proc":
      return encodeLine("proc", step.target);
    case "device":
      return encodeLine("device", step.name, step.target);
    case "symlink":
      return encodeLine("symlink", step.text, step.target);
    case "file":
      return encodeLine("file", step.target, `0x${step.mode.toString(16)}`, step.contents);
    case "directory":
      return encodeLine("directory", step.target);
    case "anchor":
      return encodeLine("anchor", step.target);
    case "mask":
      return encodeLine("mask", step.target, step.directory ? "directory" : "file");
  }
}

function unixLines({ rules, aliases, writable, known }: UnixPlan): string[] {
  return [
    ...rules.map(({ allow, covers, path, place }) =>
      encodeLine("unix", allow ? "allow" : "deny", covers, path, place),
    ),
    ...aliases.map(({ path, real }) => encodeLine("unix-alias", path, real)),
    ...writable.map((path) => encodeLine("unix-writable", path)),
    ...known.map((path) => encodeLine("unix-known", path)),
  ];
}

function cgroupLine(step: CgroupStep): string {
  switch (step.step) {
    case "make":
      return encodeLine("cgroup-make", step.directory);
    case "set":
      return encodeLine("cgroup-set", step.file, step.value);
    case "try":
      return encodeLine("cgroup-try", step.file, step.value);
    case "join":
      return encodeLine("cgroup-join", step.file);
    case "sweep":
      return encodeLine("cgroup-sweep", step.directory);
  }
}

/** The jail reads whole numbers: a share of the processors comes in thousandths. */
function boundLine([name, value]: [string, number]): string {
  return encodeLine("limit", name, name === "cpu" ? Math.max(1, Math.round(value * 1000)) : value);
}

function limitLines({ rlimits, cgroup, bounds, watched, nice, wallTime }: Plan): string[] {
  const { steps, gauges, freezer } = cgroup;
  return [
    ...Object.entries(rlimits).map(([name, value]) => encodeLine("rlimit", name, value)),
    ...steps.map(cgroupLine),
    ...Object.entries(bounds).map(boundLine),
    ...watched.map((name) => encodeLine("watch", name)),
    ...Object.entries(gauges).map(([name, file]) => encodeLine("gauge", name, file)),
    ...(freezer === null ? [] : [encodeLine("freezer", freezer.version, freezer.control, freezer.state)]),
    ...(nice === 0 ? [] : [encodeLine("nice", nice)]),
    ...(wallTime === null ? [] : [encodeLine("wall-time", wallTime)]),
  ];
}

function namespaceLines({ namespaces }: Plan): string[] {
  if (namespaces === null) return [];
  return [
    encodeLine("namespaces", "user", "mount", "pid", "net", "ipc", "uts", "cgroup"),
    encodeLine("user-namespace", namespaces.userNamespace),
    encodeLine("hostname", namespaces.hostname),
    ...(namespaces.ownClock ? [encodeLine("clock", "cell")] : []),
    ...namespaces.root.map(rootLine),
  ];
}

function rateLines({ output, connections, connectRate, bytes }: Plan["rates"]): string[] {
  return [
    ...(output === null ? [] : [encodeLine("output", output)]),
    ...(connections === null ? [] : [encodeLine("connections", connections)]),
    ...(connectRate === null ? [] : [encodeLine("connect-rate", connectRate)]),
    ...(bytes ? [encodeLine("count", "bytes")] : []),
  ];
}

function whereLine({ entry, current, request, print, stream }: StackAddresses): string {
  return encodeLine("where", entry, current, request, print, stream);
}

function factLines({ uname, sysinfo, processors }: FactSteps): string[] {
  return [
    ...(uname === null ? [] : [encodeLine("uname", uname.node, uname.release, uname.version)]),
    ...(sysinfo === null
      ? []
      : [encodeLine("sysinfo", sysinfo.memory ?? "host", sysinfo.uptime, sysinfo.loads)]),
    ...(processors === null ? [] : [encodeLine("processors", processors)]),
  ];
}

/** A rule of the resolver's as a line. */
export function encodeName({ allow, protocol, name, from, to }: NameStep): string {
  return encodeLine("name", allow ? "allow" : "deny", protocol, name, `${from}-${to}`);
}

function nameLines({ rules, publicNetworks, resolvers, hosts }: Names): string[] {
  return [
    encodeLine("nameserver", "cell"),
    ...rules.map(encodeName),
    ...publicNetworks.map((network) => encodeLine("public", network)),
    ...resolvers.map(({ address, port }) => encodeLine("resolver", address, port)),
    ...hosts.map(({ name, address }) => encodeLine("host", name, address)),
  ];
}

/** A rule of the broker's as a line. */
export function encodeRule(rule: NetworkStep): string {
  const effect = rule.allow ? "allow" : "deny";
  return encodeLine(
    rule.call,
    effect,
    rule.protocol,
    rule.address === ANY_ADDRESS ? ANY_ADDRESS : `${rule.address}/${rule.prefix}`,
    `${rule.from}-${rule.to}`,
  );
}

function filterLines({ filters }: Plan): string[] {
  if (filters === null) return [];
  const { masks, paths } = filters.landlock;
  return [
    encodeLine("landlock", masks.fs, masks.net, masks.scope),
    ...paths.map(({ path, rights }) => encodeLine("landlock-path", path, rights)),
    `seccomp ${filters.seccomp}`,
    ...filters.network.map(encodeRule),
    ...factLines(filters.facts),
    ...filters.bans.map(({ path, prefix, ban }) =>
      encodeLine("path", path, prefix ? "prefix" : "exact", ban),
    ),
    ...unixLines(filters.unix),
    ...(filters.names === null ? [] : nameLines(filters.names)),
    encodeLine("loopback", filters.loopback),
    encodeLine("exec-after-ready", filters.executeAfterReady ? "allow" : "deny"),
    encodeLine("map-after-ready", filters.mapAfterReady ? "allow" : "deny"),
  ];
}

/**
 * The text that the jail reads; docs/plan.md describes it.
 *
 * @example
 * encodePlan(plan).startsWith("cordon-plan 1\n"); // true
 */
export function encodePlan(plan: Plan): string {
  const { identity } = plan;
  const outside = identity.perCell ? "+" : "";
  const lines = [
    "cordon-plan 1",
    // Without walls the program stays whoever starts it.
    ...(plan.recording === null
      ? [
          encodeLine(
            "identity",
            `${outside}${identity.uid}`,
            `${outside}${identity.gid}`,
            identity.insideUid,
            identity.insideGid,
          ),
        ]
      : [encodeLine("record"), `seccomp ${plan.recording}`]),
    ...(identity.supervisor === "cell" ? [encodeLine("supervisor", "cell")] : []),
    ...namespaceLines(plan),
    ...filterLines(plan),
    ...plan.pins.map(({ path, device, inode, size, modified, changed }) =>
      encodeLine("pin", path, device, inode, size, modified, changed),
    ),
    ...limitLines(plan),
    ...rateLines(plan.rates),
    ...(plan.where === null ? [] : [whereLine(plan.where)]),
    ...Object.entries(plan.environment).map(([name, value]) => encodeLine("env", `${name}=${value}`)),
    ...(plan.message === null ? [] : [encodeLine("message", plan.message)]),
    encodeLine("cwd", plan.directory),
    encodeLine("exec", plan.program),
    ...plan.arguments.map((argument) => encodeLine("arg", argument)),
    "end",
  ];
  return `${lines.join("\n")}\n`;
}
