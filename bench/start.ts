// SPDX-License-Identifier: Apache-2.0
// `node bench/start.ts [ROUNDS]`: what the jail adds to an execve, from the start of the command to the first instruction
// of a static C program, beside bubblewrap with the same namespaces and as many mounts, in one interleaved run; and
// the memory that a cell's supervisor and init take for themselves.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Cell, planFor } from "@cordon/cell";
import { mergePolicies, parseGrantFlags } from "@cordon/policy";
import { encodePlan, jailPath, type Plan, type RootStep } from "@cordon/walls";
import { median } from "./median.ts";

const ROUNDS = 100;
const hello = join(import.meta.dirname, "programs/hello.js");
const directory = mkdtempSync(join(tmpdir(), "cordon-start-"));
const sources = join(import.meta.dirname, "programs");

function compile(name: string, ...flags: readonly string[]): string {
  const executable = join(directory, name);
  execFileSync("cc", ["-O2", ...flags, "-o", executable, join(sources, `${name}.c`)]);
  return executable;
}

/** The plan of a Node program, all of it, with another program at its end. */
function planOf(name: string, program: string, flags: readonly string[], plan: Plan): string {
  if (plan.namespaces === null || plan.filters === null) throw new Error("Expected a plan with all walls");
  const { document } = parseGrantFlags(flags, { directory: "/" });
  if (document === undefined) throw new Error("Expected grants");
  const mount: RootStep = {
    step: "mount",
    source: program,
    target: "/first",
    use: { write: false, execute: true },
    directory: false,
    mapOwner: false,
  };
  const { landlock } = plan.filters;
  const changed: Plan = {
    ...plan,
    namespaces: { ...plan.namespaces, root: [...plan.namespaces.root, mount] },
    filters: {
      ...plan.filters,
      landlock: { ...landlock, paths: [...landlock.paths, { path: "/first", rights: 5 }] },
    },
    program: "/first",
    arguments: ["/first"],
  };
  const file = join(directory, `${name}.plan`);
  writeFileSync(file, encodePlan(changed));
  return file;
}

/** What a bubblewrap needs to have the same namespaces and as many mounts of the same sources. */
function bubblewrapOf(bwrap: string, program: string, plan: Plan): string[] {
  const words = ["-", bwrap, "--unshare-all", "--hostname", "cordon", "--uid", "1000", "--gid", "1000"];
  words.push("--die-with-parent", "--new-session");
  for (const step of plan.namespaces?.root ?? []) {
    if (step.step === "mount") words.push("--ro-bind", step.source, step.target);
    else if (step.step === "proc") words.push("--proc", step.target);
    else if (step.step === "tmpfs") words.push("--tmpfs", step.target);
    else if (step.step === "symlink") words.push("--symlink", step.text, step.target);
    else if (step.step === "directory") words.push("--dir", step.target);
    else if (step.step === "file") {
      const file = join(directory, step.target.replaceAll("/", "-"));
      writeFileSync(file, step.contents);
      words.push("--ro-bind", file, step.target);
    }
  }
  words.push("--dev", "/dev", "--ro-bind", program, "/first", "/first");
  return words;
}

function privateMemory(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
  const sizes = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)];
  return sizes.reduce((sum, [, size]) => sum + Number(size), 0);
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

async function showMemory(): Promise<void> {
  const idle = join(directory, "idle.js");
  writeFileSync(idle, "setInterval(() => {}, 1000);");
  await using cell = await Cell.start({ entry: idle, policy: mergePolicies() });
  await cell.ready;
  const init = parentOf(cell.pid);
  try {
    console.log(
      `private memory of a cell: supervisor ${privateMemory(parentOf(init))} kB, init ${privateMemory(init)} kB`,
    );
  } catch {
    console.log("private memory of a supervisor: shown to root alone");
  }
}

try {
  const rounds = Number(process.argv[2] ?? ROUNDS);
  const program = compile("first", "-static");
  const launch = compile("launch");
  const cgroups = ["--limit-memory=512MB", "--limit-processes=64"];
  const limited = mergePolicies(parseGrantFlags(cgroups, { directory: "/" }).document);
  const plan = await planFor({ entry: hello, policy: mergePolicies() });
  const limitedPlan = await planFor({ entry: hello, policy: limited });
  const jail = [jailPath, "--plan=3", "--status=4"];
  const contenders = new Map<string, readonly string[]>([
    ["execve alone", ["-", program]],
    ["the jail", [planOf("plain", program, [], plan), ...jail]],
    ["the jail, memory and processes limited", [planOf("limited", program, cgroups, limitedPlan), ...jail]],
  ]);
  const bwrap = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((each) => join(each, "bwrap"))
    .find((path) => existsSync(path));
  if (bwrap !== undefined) contenders.set("bubblewrap", bubblewrapOf(bwrap, program, plan));
  const words = [...contenders.values()].flatMap((each) => ["--", ...each]);
  const said = execFileSync(launch, [String(rounds), ...words], { encoding: "utf8" });
  const times = [...contenders.keys()].map(() => ({
    first: [] as number[],
    whole: [] as number[],
    cpu: [] as number[],
  }));
  for (const line of said.trimEnd().split("\n")) {
    const [which = -1, first = 0, whole = 0, cpu = 0] = line.split(" ").map(Number);
    const own = times[which];
    own?.first.push(first / 1000);
    own?.whole.push(whole / 1000);
    own?.cpu.push(cpu / 1000);
  }
  console.log(`milliseconds, median of ${rounds} interleaved rounds; least in brackets`);
  console.log(`${"".padEnd(40)} to the first instruction     to the end          CPU time`);
  const bare = median(times[0]?.first ?? []);
  for (const [index, name] of [...contenders.keys()].entries()) {
    const own = times[index];
    if (own === undefined) continue;
    const show = (values: readonly number[]): string =>
      `${median(values).toFixed(2).padStart(6)} (${Math.min(...values).toFixed(2)})`.padEnd(16);
    const added = `+${(median(own.first) - bare).toFixed(2)}`.padEnd(8);
    console.log(`${name.padEnd(40)} ${show(own.first)} ${added}   ${show(own.whole)} ${show(own.cpu)}`);
  }
  if (bwrap === undefined) console.log("bubblewrap is not installed, so it is not compared.");
  await showMemory();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
