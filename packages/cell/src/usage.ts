// SPDX-License-Identifier: Apache-2.0
import { promises } from "node:fs";
import { dirname, join } from "node:path";
import type { Plan } from "@cordon/walls";

/** What a cell uses now. */
export interface Usage {
  /** Bytes. */
  readonly memory: number;
  /** Bytes: the most it has used so far. */
  readonly peakMemory: number;
  /** Processes and threads. */
  readonly processes: number;
  /** Milliseconds of processor time of its main process. */
  readonly cpuTime: number;
}

// Of sysconf(_SC_CLK_TCK); the kernel's ABI fixes it at 100 for what /proc shows (USER_HZ).
const TICKS_PER_SECOND = 100;

async function readNumber(file: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await promises.readFile(file, "utf8"), 10);
  } catch {
    return undefined; // this layout or kernel has no such file, or the cell has just ended
  }
}

async function firstNumber(files: readonly string[]): Promise<number | undefined> {
  for (const file of files) {
    const value = await readNumber(file);
    if (value !== undefined) return value;
  }
  return undefined;
}

function directories(plan: Plan): string[] {
  return plan.cgroup.steps.flatMap((step) => (step.step === "join" ? [dirname(step.file)] : []));
}

async function processStatus(pid: number): Promise<Map<string, number>> {
  const text = await promises.readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const lines = text.matchAll(/^(VmRSS|VmHWM|Threads):\s+(\d+)/gm);
  return new Map([...lines].map(([, name, value]) => [String(name), Number(value)]));
}

async function cpuTime(pid: number): Promise<number> {
  const text = await promises.readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it (proc(5)).
  const values = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return ((Number(values[11] ?? 0) + Number(values[12] ?? 0)) * 1000) / TICKS_PER_SECOND;
}

/** Reads what the cell's cgroups count; where it has none, what /proc says of its main process. */
export async function readUsage(plan: Plan, pid: number): Promise<Usage> {
  const places = directories(plan);
  const from = (...names: string[]): string[] =>
    places.flatMap((place) => names.map((name) => join(place, name)));
  const [memory, peakMemory, processes, status, time] = await Promise.all([
    firstNumber(from("memory.current", "memory.usage_in_bytes")),
    firstNumber(from("memory.peak", "memory.max_usage_in_bytes")),
    firstNumber(from("pids.current")),
    processStatus(pid),
    cpuTime(pid),
  ]);
  return {
    memory: memory ?? (status.get("VmRSS") ?? 0) * 1024,
    peakMemory: peakMemory ?? (status.get("VmHWM") ?? 0) * 1024,
    processes: processes ?? status.get("Threads") ?? 0,
    cpuTime: time,
  };
}
