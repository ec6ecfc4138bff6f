// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import type { CpuInfo, NetworkInterfaceInfo } from "node:os";
import type { CellFacts } from "../cell.ts";
import { accessDenied, denialOf } from "../denial.ts";
import { defineValue, get, withOwnBuiltins } from "../pristine.ts";
import { type Callable, replaceFunction } from "../replace.ts";

// What the kernel's walls answer too (packages/walls/src/system.ts): a cell looks the same whichever wall is asked.
const HOSTNAME = "cordon";
const RELEASE = "5.15.0";
const VERSION = "#1 Cordon";
const HOME = "/tmp";

// As they were before the program could replace them.
const read = readFileSync;
const { uptime, getuid, getgid } = process;

type Answer = (original: Callable, self: unknown, args: readonly unknown[]) => unknown;

/** `node:os`: what `sys` does not grant has a neutral value. */
export function patchOs(os: object, cell: CellFacts): void {
  const { policy, system } = cell;
  const isGranted = (name: string): boolean => denialOf(policy, { scope: "sys", name }) === undefined;
  const put = (name: string, answer: Answer): void => {
    const original: unknown = get(os, name);
    if (typeof original !== "function") return;
    // `${os.hostname}` calls the original behind our back.
    const plain = get(original, Symbol.toPrimitive) !== undefined;
    replaceFunction(os, name, (call) => (self, args) => answer(call, self, args));
    const replaced = get(os, name) as () => unknown;
    if (plain) defineValue(original, Symbol.toPrimitive, () => replaced(), false);
  };
  const hide = (grant: string, values: Readonly<Record<string, () => unknown>>): void => {
    if (!isGranted(grant)) for (const name of Object.keys(values)) put(name, values[name] as () => unknown);
  };
  hide("hostname", { hostname: () => HOSTNAME });
  hide("release", { release: () => RELEASE, version: () => VERSION });
  hide("memory", { totalmem: () => system.memory, freemem: () => system.memory });
  hide("uptime", { uptime: () => uptime() });
  hide("loadavg", { loadavg: () => [0, 0, 0] });
  hide("cpus", { cpus: oneProcessor, availableParallelism: () => 1 });
  hide("networkInterfaces", { networkInterfaces: ownInterfaces });
  put("homedir", () => homeOf(system.user?.homedir));
  // Granted or not, a user without a name on the host has none here.
  const user = isGranted("userInfo") ? system.user : undefined;
  put("userInfo", (_call, _self, args) => (user === undefined ? nobody(args) : encoded({ ...user }, args)));
  if (isGranted("networkInterfaces")) put("networkInterfaces", () => structuredClone(system.interfaces));
  if (isGranted("cpus")) put("cpus", (call, self, args) => call(self, args) ?? []);
  const { files } = system;
  if (files !== undefined && isGranted("cpus"))
    put("cpus", () => withOwnBuiltins(() => readProcessors(files)));
  if (files !== undefined && isGranted("memory"))
    put("freemem", () => withOwnBuiltins(() => readFreeMemory(files)));
  const priority = denialOf(policy, { scope: "sys", name: "priority" });
  if (priority !== undefined) {
    replaceFunction(os, "setPriority", (_original, top) => () => {
      throw accessDenied(priority, top);
    });
  }
}

function oneProcessor(): CpuInfo[] {
  const times = { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 };
  return [{ model: "unknown", speed: 0, times }];
}

/** The loopback of the cell's own network. */
function ownInterfaces(): Record<string, NetworkInterfaceInfo[]> {
  const mac = "00:00:00:00:00:00";
  return {
    lo: [
      {
        address: "127.0.0.1",
        netmask: "255.0.0.0",
        family: "IPv4",
        mac,
        internal: true,
        cidr: "127.0.0.1/8",
      },
    ],
  };
}

function homeOf(granted: string | undefined): string {
  const home = process.env["HOME"];
  return home !== undefined && home !== "" ? home : (granted ?? HOME);
}

function nobody(args: unknown): object {
  const [uid, gid] = [getuid?.() ?? -1, getgid?.() ?? -1];
  return encoded({ uid, gid, username: HOSTNAME, homedir: HOME, shell: null }, args);
}

/** `os.userInfo({ encoding: "buffer" })` */
function encoded(user: Record<string, unknown>, args: unknown): object {
  const options: unknown = get(args as object, 0);
  const asBytes = typeof options === "object" && options !== null && get(options, "encoding") === "buffer";
  if (!asBytes) return user;
  for (const key of ["username", "homedir", "shell"]) {
    if (typeof user[key] === "string") user[key] = Buffer.from(user[key]);
  }
  return user;
}

/** As libuv does it, from where the walls have put the host's files. */
function readProcessors(directory: string): CpuInfo[] {
  const about = read(`${directory}/cpuinfo`, "latin1");
  const models = [...about.matchAll(/^(?:model name|CPU part)\s*: (.*)$/gm)].map((found) => found[1] ?? "");
  const speeds = [...about.matchAll(/^cpu MHz\s*: (\d+)/gm)].map((found) => Number(found[1]));
  const ticks = [...read(`${directory}/stat`, "latin1").matchAll(/^cpu\d+ (.*)$/gm)];
  return ticks.map(([, numbers = ""], index) => {
    // Clock ticks are hundredths of a second for every program (proc_stat(5)).
    const [user = 0, nice = 0, sys = 0, idle = 0, _wait, irq = 0] = numbers
      .split(" ")
      .map((n) => Number(n) * 10);
    return {
      model: models[index] ?? models[0] ?? "unknown",
      speed: speeds[index] ?? 0,
      times: { user, nice, sys, idle, irq },
    };
  });
}

function readFreeMemory(directory: string): number {
  const found = /^MemAvailable:\s*(\d+) kB/m.exec(read(`${directory}/meminfo`, "latin1"));
  return Number(found?.[1] ?? 0) * 1024;
}

/** `process`: what tells of the machine by another way than `node:os`. */
export function patchProcessFacts(process: object, cell: CellFacts): void {
  const { policy, system } = cell;
  const isGranted = (name: string): boolean => denialOf(policy, { scope: "sys", name }) === undefined;
  if (!isGranted("memory")) replaceFunction(process, "availableMemory", () => () => system.memory);
}

/** The report in an object, with the same neutral values. */
export function neutralReport(report: unknown, os: typeof import("node:os")): unknown {
  const header: unknown = typeof report === "object" && report !== null ? get(report, "header") : undefined;
  if (typeof header !== "object" || header === null) return report;
  const values: Record<string, unknown> = {
    host: os.hostname(),
    osRelease: os.release(),
    osVersion: os.version(),
    cpus: os.cpus().map(({ model, speed, times }) => ({ model, speed, ...times })),
    networkInterfaces: Object.entries(os.networkInterfaces()).flatMap(([name, addresses = []]) =>
      addresses.map(({ internal, mac, address, netmask, family }) => ({
        name,
        internal,
        mac,
        address,
        netmask,
        family,
      })),
    ),
  };
  // Where nothing can be read the report leaves them out; `excludeNetwork` leaves the interfaces out.
  for (const key of Object.keys(values)) {
    if (key === "cpus" || key in header) defineValue(header, key, values[key]);
  }
  return report;
}
