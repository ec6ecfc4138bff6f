// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { promises } from "node:fs";
import { basename, join } from "node:path";
import { hasOwnKernel } from "@cordon/walls/oci";
import type { CellStdio } from "../supervisor.ts";
import type { FoundRuntime } from "./find-runtime.ts";
import { leash } from "./leash.ts";
import { runtimeArguments } from "./runtime-arguments.ts";
import { carryStreams, streamsFor } from "./streams.ts";

/** A runtime that runs a container, in a directory with its bundle, its state and its log. */
export interface Running {
  readonly process: ChildProcess;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Ends every process of the container. */
  readonly end: () => void;
  /** Waits for the end, and for all that was written; then nothing is left but the log. */
  readonly ended: () => Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Removes the directory. */
  readonly remove: () => Promise<void>;
}

/** The bundle's place in a container's directory. */
export function bundleIn(directory: string): string {
  return join(directory, "bundle");
}

/** Has a runtime run the bundle in a directory. The container has the directory's name. */
export function startRuntime(
  directory: string,
  { runtime, path }: FoundRuntime,
  hasResources: boolean,
  stdio: CellStdio,
): Running {
  const name = basename(directory);
  const isRoot = process.geteuid?.() === 0;
  const words = runtimeArguments({ runtime, directory, isRoot, hasResources });
  const held = leash(directory, name, [path, ...words]);
  // In a session of its own, as a supervisor is: a terminal's signals reach the host, which passes them on once.
  const child = spawn(path, [...words, "run", `--bundle=${bundleIn(directory)}`, name], {
    stdio: streamsFor(runtime, stdio),
    detached: true,
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
  });
  carryStreams(child, stdio);
  let asked = Promise.resolve();
  const ask = (...command: readonly string[]): Promise<void> => {
    asked = asked.then(() => complete(spawn(path, [...words, ...command], { stdio: "ignore", cwd: "/" })));
    return asked;
  };
  return {
    process: child,
    signal(signal) {
      // The program's process group is orphaned: its first process makes a SIGSTOP of it (jail/src/container).
      const passed = signal === "SIGSTOP" ? "SIGTSTP" : signal;
      // runc and crun pass on what they get themselves; runsc ends by it, and its container with it.
      if (hasOwnKernel(runtime)) void ask("kill", name, passed);
      else child.kill(passed);
    },
    // Where there is no container yet, the runtime is about to make one.
    end: () => void ask("kill", name, "KILL").then(() => child.kill("SIGKILL")),
    async ended() {
      const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
      await asked;
      if (await hasLeft(directory, name)) await ask("delete", "--force", name);
      return { code, signal };
    },
    async remove() {
      await removeDirectory(directory);
      held[Symbol.dispose]();
    },
  };
}

export async function removeDirectory(directory: string): Promise<void> {
  await promises.rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

async function complete(child: ChildProcess): Promise<void> {
  await once(child, "close").catch(() => {});
}

/** A runtime that was killed leaves its notes of the container, and perhaps the container. */
async function hasLeft(directory: string, name: string): Promise<boolean> {
  const notes = await promises.readdir(join(directory, "state")).catch(() => []);
  return notes.some((note) => note.startsWith(name));
}
