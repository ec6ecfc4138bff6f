// SPDX-License-Identifier: Apache-2.0
// `npm run soak -- --kills=5000`: supervisors, inits, programs and hosts are killed at random moments, under load. What
// is left afterwards is counted: nothing may be. `--seed=N` makes the same choices again, `--seconds=N` ends it sooner.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runForBothUsers } from "../harness/both-users.ts";
import { judgeHost, leftovers } from "./account.ts";
import { type Ground, layGround } from "./ground.ts";
import type { HostReport } from "./host.ts";
import { Random } from "./random.ts";
import { cellsOf } from "./tree.ts";

const words = runForBothUsers("attacks/soak/main.ts", import.meta.filename, process.argv.slice(2));
const { values: options } = parseArgs({
  args: words === undefined ? [] : [...words],
  options: {
    kills: { type: "string", default: "5000" },
    seconds: { type: "string", default: "Infinity" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
  },
});

const hostFile = join(import.meta.dirname, "host.ts");
const LONGEST_PAUSE = 30;
const DRAIN_MS = 60_000;
const SWEPT_AFTER_MS = 61_000;

type Role = "supervisor" | "init" | "program" | "host" | "host and supervisors";
const roles: readonly Role[] = [
  ...Array.from({ length: 12 }, (): Role => "supervisor"),
  ...Array.from({ length: 12 }, (): Role => "init"),
  ...Array.from({ length: 12 }, (): Role => "program"),
  "host",
  "host and supervisors",
];

interface Host {
  readonly process: ChildProcess;
  readonly pid: number;
}

async function startHost(ground: Ground, seed: number): Promise<Host> {
  const child = fork(hostFile, [ground.root, String(ground.port), String(seed)], {
    // V8's young generation stays as it begins: grown with use, by 6 MB at a time, it would look like a leak.
    execArgv: ["--expose-gc", "--max-semi-space-size=1"],
    env: { PATH: process.env["PATH"], TMPDIR: ground.temporary, XDG_CACHE_HOME: ground.cache },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  if (child.pid === undefined) throw new Error("Expected a host to start");
  ground.hosts.push(child.pid);
  await once(child, "message");
  return { process: child, pid: child.pid };
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false; // it has ended by itself
  }
}

/**
 * Kills one, and says what it was; `undefined` if there was none. A cell whose supervisor or init has been struck is left
 * to end: on the floor a cell that loses both in one moment stays (docs/hosts.md).
 */
function strike(host: Host, role: Role, random: Random, struck: Set<number>): Role | undefined {
  const cells = cellsOf(host.pid).filter((cell) => !struck.has(cell.supervisor));
  if (role === "host") return kill(host.pid) ? role : undefined;
  if (role === "host and supervisors") {
    const all = [host.pid, ...cells.map((cell) => cell.supervisor)];
    return all.map(kill).some(Boolean) ? role : undefined;
  }
  const there = cells.flatMap((cell) => {
    const pids = { supervisor: [cell.supervisor], init: cell.inits, program: cell.programs }[role];
    return pids.map((pid) => ({ pid, cell }));
  });
  const victim = random.pick(there);
  if (victim === undefined || !kill(victim.pid)) return undefined;
  if (role !== "program") struck.add(victim.cell.supervisor);
  return role;
}

async function drain(host: Host): Promise<HostReport | undefined> {
  const stop = new AbortController();
  const report = once(host.process, "message", { signal: stop.signal }) as Promise<[HostReport]>;
  report.catch(() => {});
  host.process.send("drain");
  const late = setTimeout(DRAIN_MS, undefined, { ref: false });
  const said = await Promise.race([report, late]);
  stop.abort();
  if (said === undefined) kill(host.pid);
  else if (host.process.exitCode === null) await once(host.process, "exit");
  return said?.[0];
}

async function soak(most: number, seconds: number, seed: number): Promise<number> {
  await using ground = await layGround();
  await proveTheMarks(ground);
  const random = new Random(seed);
  const killed = new Map<Role, number>();
  const wrong: string[] = [];
  const struck = new Set<number>();
  const before = leftovers(ground);
  // The first lives through it all, and shows what thousands of cells leave in a host; the second is killed too.
  const lasting = await startHost(ground, random.below(2 ** 31));
  let mortal = await startHost(ground, random.below(2 ** 31));
  const start = performance.now();
  let kills = 0;
  while (kills < most && performance.now() - start < seconds * 1000) {
    await setTimeout(random.below(LONGEST_PAUSE));
    const role = random.pick(roles) ?? "program";
    const host = role.startsWith("host") || random.below(2) === 0 ? mortal : lasting;
    const done = strike(host, role, random, struck);
    if (done?.startsWith("host")) ground.orphaned.add(host.pid);
    if (done === undefined) continue;
    kills++;
    killed.set(done, (killed.get(done) ?? 0) + 1);
    if (done.startsWith("host")) {
      if (mortal.process.exitCode === null && mortal.process.signalCode === null)
        await once(mortal.process, "exit");
      mortal = await startHost(ground, random.below(2 ** 31));
    }
  }
  let cells = 0;
  for (const host of [lasting, mortal]) {
    const report = await drain(host);
    if (report === undefined) wrong.push(`a host did not come to its end within ${DRAIN_MS} ms`);
    else {
      cells += report.cells;
      wrong.push(...judgeHost(report));
      if (host === lasting) {
        const refused = Object.entries(report.refused).map(([step, count]) => `${count} at ${step}`);
        console.log(
          `the lasting host: ${report.cells} cells, of which cut off before they began: ${refused.join(", ")}`,
        );
        console.log(`  resident MB: ${report.resident.join(" ")}`);
        console.log(
          `  descriptors ${report.descriptors.join(" → ")}, listeners ${report.listeners.join(" → ")}`,
        );
      }
    }
  }
  if (seconds === Infinity) await sweepOrphans(ground);
  wrong.push(...(await ground.settle(before)));
  const took = ((performance.now() - start) / 1000).toFixed(0);
  const parts = [...killed].map(([role, count]) => `${count} × ${role}`).join(", ");
  const who = process.getuid?.() === 0 ? "root" : "ordinary user";
  console.log(
    `${who}, seed ${seed}: ${kills} kills in ${took} s (${parts}); ${cells} cells of the hosts that lived`,
  );
  for (const line of wrong) console.log(`  ✗ ${line}`);
  console.log(`${wrong.length === 0 ? kills : 0} passed, ${wrong.length} failed`);
  return wrong.length === 0 ? 0 : 1;
}

/**
 * What a host and its supervisors leave that were killed together are their cgroups. A cell that ends takes away those
 * that are a minute old: waited for here, where time is not short, and none may be left then.
 */
async function sweepOrphans(ground: Ground): Promise<void> {
  await setTimeout(SWEPT_AFTER_MS);
  await drain(await startHost(ground, 1));
  ground.orphaned.clear();
}

/** Without walls the program leaves marks: otherwise no mark would mean nothing. */
async function proveTheMarks(ground: Ground): Promise<void> {
  const args = [join(ground.root, "app/program.cjs"), ground.root, String(ground.port), "brief"];
  await once(spawn(process.execPath, args, { stdio: "ignore" }), "exit");
  // It has written, has read, and has been heard.
  if (ground.takeMarks() < 3)
    throw new Error("Expected the program to leave its marks where there are no walls");
}

if (words !== undefined)
  process.exitCode = await soak(Number(options.kills), Number(options.seconds), Number(options.seed));
