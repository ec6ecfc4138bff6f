// SPDX-License-Identifier: Apache-2.0
import {
  ANY_ADDRESS,
  type CgroupStep,
  type FactSteps,
  type Names,
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

function line(verb: string, ...words: readonly (string | number)[]): string {
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
      return line("mount", step.source, step.target, mountFlags(step));
    case "tmpfs":
      return line(
        "tmpfs",
        step.target,
        step.bytes,
        step.inodes,
        `0x${step.mode.toString(16)}`,
        "nosuid,nodev,noexec",
      );
    case "proc":
      return line("proc", step.target);
    case "device":
      return line("device", step.name, step.target);
    case "symlink":
      return line("symlink", step.text, step.target);
    case "file":
      return line("file", step.target, `0x${step.mode.toString(16)}`, step.contents);
    case "directory":
      return line("directory", step.target);
    case "mask":
      return line("mask", step.target, step.directory ? "directory" : "file");
  }
}

function unixLines({ rules, aliases, writable, known }: UnixPlan): string[] {
  return [
    ...rules.map(({ allow, covers, path, place }) =>
      line("unix", allow ? "allow" : "deny", covers, path, place),
    ),
    ...aliases.map(({ path, real }) => line("unix-alias", path, real)),
    ...writable.map((path) => line("unix-writable", path)),
    ...known.map((path) => line("unix-known", path)),
  ];
}

function cgroupLine(step: CgroupStep): string {
  switch (step.step) {
    case "make":
      return line("cgroup-make", step.directory);
    case "set":
      return line("cgroup-set", step.file, step.value);
    case "join":
      return line("cgroup-join", step.file);
  }
}

function namespaceLines({ namespaces }: Plan): string[] {
  if (namespaces === null) return [];
  return [
    line("namespaces", "user", "mount", "pid", "net", "ipc", "uts", "cgroup"),
    line("user-namespace", namespaces.userNamespace),
    line("hostname", namespaces.hostname),
    ...(namespaces.ownClock ? [line("clock", "cell")] : []),
    ...namespaces.root.map(rootLine),
  ];
}

function factLines({ uname, sysinfo, processors }: FactSteps): string[] {
  return [
    ...(uname === null ? [] : [line("uname", uname.node, uname.release, uname.version)]),
    ...(sysinfo === null ? [] : [line("sysinfo", sysinfo.memory ?? "host", sysinfo.uptime, sysinfo.loads)]),
    ...(processors === null ? [] : [line("processors", processors)]),
  ];
}

function nameLines({ rules, publicNetworks, resolvers, hosts }: Names): string[] {
  return [
    line("nameserver", "cell"),
    ...rules.map(({ allow, protocol, name, from, to }) =>
      line("name", allow ? "allow" : "deny", protocol, name, `${from}-${to}`),
    ),
    ...publicNetworks.map((network) => line("public", network)),
    ...resolvers.map(({ address, port }) => line("resolver", address, port)),
    ...hosts.map(({ name, address }) => line("host", name, address)),
  ];
}

function filterLines({ filters }: Plan): string[] {
  if (filters === null) return [];
  const { masks, paths } = filters.landlock;
  return [
    line("landlock", masks.fs, masks.net, masks.scope),
    ...paths.map(({ path, rights }) => line("landlock-path", path, rights)),
    `seccomp ${filters.seccomp}`,
    ...filters.network.map((rule) =>
      line(
        rule.call,
        rule.allow ? "allow" : "deny",
        rule.protocol,
        rule.address === ANY_ADDRESS ? ANY_ADDRESS : `${rule.address}/${rule.prefix}`,
        `${rule.from}-${rule.to}`,
      ),
    ),
    ...factLines(filters.facts),
    ...filters.bans.map(({ path, prefix, ban }) => line("path", path, prefix ? "prefix" : "exact", ban)),
    ...unixLines(filters.unix),
    ...(filters.names === null ? [] : nameLines(filters.names)),
    line("loopback", filters.loopback),
    line("exec-after-ready", filters.executeAfterReady ? "allow" : "deny"),
    line("map-after-ready", filters.mapAfterReady ? "allow" : "deny"),
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
          line(
            "identity",
            `${outside}${identity.uid}`,
            `${outside}${identity.gid}`,
            identity.insideUid,
            identity.insideGid,
          ),
        ]
      : [line("record"), `seccomp ${plan.recording}`]),
    ...namespaceLines(plan),
    ...filterLines(plan),
    ...plan.pins.map(({ path, device, inode, size, modified, changed }) =>
      line("pin", path, device, inode, size, modified, changed),
    ),
    ...Object.entries(plan.rlimits).map(([name, value]) => line("rlimit", name, value)),
    ...plan.cgroup.steps.map(cgroupLine),
    ...(plan.cgroup.memoryEvents === null ? [] : [line("memory-events", plan.cgroup.memoryEvents)]),
    ...(plan.wallTime === null ? [] : [line("wall-time", plan.wallTime)]),
    ...(plan.watchMemory === null ? [] : [line("watch-memory", plan.watchMemory)]),
    ...Object.entries(plan.environment).map(([name, value]) => line("env", `${name}=${value}`)),
    ...(plan.message === null ? [] : [line("message", plan.message)]),
    line("cwd", plan.directory),
    line("exec", plan.program),
    ...plan.arguments.map((argument) => line("arg", argument)),
    "end",
  ];
  return `${lines.join("\n")}\n`;
}
