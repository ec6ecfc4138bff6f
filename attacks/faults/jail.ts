// SPDX-License-Identifier: Apache-2.0
// cordon-jail-faults: the jail's own sources, in which the Nth call of a process fails, kills or waits.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { encodePlan, type Plan } from "@cordon/walls";

/** The jail that can be made to fail; `make -C jail faults` builds it. */
export const faultyJail: string = join(import.meta.dirname, "../../jail/build/cordon-jail-faults");

export const processes = [
  "supervisor",
  "init",
  "holder",
  "program",
  "between",
  "keeper",
  "helper",
  "attendant",
  "handing",
  "relay",
] as const;
export type ProcessName = (typeof processes)[number];

/** What happens in the place of one call: an errno's name, or `kill`, or `hold`. */
export interface Fault {
  readonly process: ProcessName;
  /** Counted from 1 in each process. */
  readonly number: number;
  readonly what: string;
}

/** A call in the jail's source that can fail. */
export interface FaultSite {
  readonly call: string;
  readonly file: string;
  readonly line: number;
  readonly function: string;
}

/** One call that was come to. */
export interface Reached {
  readonly process: ProcessName;
  readonly number: number;
  readonly site: FaultSite;
}

export interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: string;
  readonly reached: readonly Reached[];
  readonly isLate: boolean;
}

const DEADLINE = 20_000;
const HEADER = 16;
const RECORD = 8;

/** Builds the jail that fails, where it is not there as the sources are now. */
export function buildFaultyJail(): void {
  const built = spawnSync("make", ["-s", "-C", join(import.meta.dirname, "../../jail"), "faults"], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`Expected \`make -C jail faults\` to work, got: ${built.stderr}`);
}

/** Every site that the jail has. */
export function readSites(): readonly FaultSite[] {
  const { stdout } = spawnSync(faultyJail, ["--sites"], { encoding: "utf8" });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, call = "", file = "", number = "", name = ""] = /^(\S+) (\S+):(\d+) (\S+)$/.exec(line) ?? [];
      return { call, file, line: Number(number), function: name };
    });
}

/** The file that a faulty jail notes its calls in, and by which one that holds is let go on. */
export class Ledger {
  readonly fd: number;
  readonly path: string;
  constructor(name: string) {
    this.path = join(tmpdir(), `cordon-ledger-${process.pid}-${name}`);
    this.fd = openSync(this.path, "w+", 0o600);
  }
  /** Whether a process waits at its `hold`. */
  get isHeld(): boolean {
    const first = Buffer.alloc(4); // nothing is there before the jail has begun
    return readSync(this.fd, first, 0, 4, 0) === 4 && first.readUInt32LE(0) === 1;
  }
  release(): void {
    writeSync(this.fd, new Uint8Array([1, 0, 0, 0]), 0, 4, 4);
  }
  read(sites: readonly FaultSite[]): readonly Reached[] {
    const bytes = readFileSync(this.path);
    if (bytes.length < HEADER) return [];
    if (bytes.readUInt32LE(12) !== 0) throw new Error("Expected every process of the jail to have a name");
    const count = Math.min(bytes.readUInt32LE(8), (bytes.length - HEADER) / RECORD);
    return Array.from({ length: count }, (_, index) => {
      const at = HEADER + index * RECORD;
      const site = sites[bytes.readUInt16LE(at + 2)];
      const name = processes[bytes.readUInt16LE(at)];
      if (site === undefined || name === undefined) throw new Error("Expected a ledger of these sites");
      return { process: name, number: bytes.readUInt32LE(at + 4), site };
    });
  }
  [Symbol.dispose](): void {
    closeSync(this.fd);
    unlinkSync(this.path);
  }
}

/** Has a plan carried out by a jail that fails. `name` is in the command line of all that comes of it. */
export async function carryOut(
  plan: Plan,
  sites: readonly FaultSite[],
  faults: readonly Fault[],
  name: string,
  meanwhile?: (ledger: Ledger, supervisor: number) => Promise<void>,
): Promise<Outcome> {
  using ledger = new Ledger(name);
  const words = faults.map(({ process: who, number, what }) => `--fault=${who}:${number}:${what}`);
  const args = [...words, "--ledger=6", "--plan=3", "--status=4", "--control=5"];
  const child = spawn(faultyJail, args, {
    argv0: name,
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe", ledger.fd],
    env: {},
    cwd: "/",
  });
  const ends: readonly unknown[] = child.stdio;
  const [input, status, control] = [ends[3] as Writable, ends[4] as Readable, ends[5] as Writable];
  for (const stream of [input, control]) stream.on("error", () => {});
  input.end(encodePlan({ ...plan, arguments: [name, ...plan.arguments.slice(1)] }));
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, DEADLINE);
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  const readers = [text(child.stdout as Readable), text(child.stderr as Readable), text(status)] as const;
  if (meanwhile !== undefined && child.pid !== undefined) await meanwhile(ledger, child.pid);
  const [stdout, stderr, lines] = await Promise.all(readers);
  const [code, signal] = await ended;
  clearTimeout(deadline);
  control.destroy();
  return { code, signal, stdout, stderr, status: lines, reached: ledger.read(sites), isLate };
}
