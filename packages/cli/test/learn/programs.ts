// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export const root: string = join(import.meta.dirname, "../../../..");
export const command: string = join(root, "packages/cli/bin/cordon.js");

/** Nobody's uid in particular: it owns nothing on this machine. */
const ORDINARY = 64_001;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly directory: string;
  readonly home: string;
  /** Runs `cordon` there; as an ordinary user if that is whom the place belongs to. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** The policy file that was written there. */
  policy(): { allow: Record<string, unknown> };
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what has been printed so far, until it returns a signal to send. */
  readonly until?: (printed: string) => Promise<NodeJS.Signals | undefined>;
}

/** A directory of its own with these files, and a home beside it. */
export function place(files: Readonly<Record<string, string>>, ordinary = false): Place & Disposable {
  const top = realpathSync(mkdtempSync(join(tmpdir(), "cordon-learn-")));
  const own = ordinary && process.getuid?.() === 0 ? { uid: ORDINARY, gid: ORDINARY } : {};
  const directory = mkdtempSync(join(top, "project-"));
  const home = mkdtempSync(join(top, "home-"));
  chmodSync(top, 0o755);
  for (const path of [directory, home]) {
    chmodSync(path, 0o755);
    if (own.uid !== undefined) chownSync(path, own.uid, own.gid);
  }
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(directory, name), contents);
  return {
    directory,
    home,
    async run(args, { cwd = directory, env = {}, until } = {}) {
      const child = spawn(process.execPath, [command, ...args], {
        cwd,
        env: { PATH: process.env["PATH"], HOME: home, ...env },
        stdio: ["ignore", "pipe", "pipe"],
        ...own,
      });
      const ended = once(child, "close");
      const errors = text(child.stderr);
      let stdout = "";
      let isSignalled = false;
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        stdout += chunk;
        if (isSignalled) return;
        void until?.(stdout).then((signal) => {
          if (signal === undefined || isSignalled) return;
          isSignalled = true;
          child.kill(signal);
        });
      });
      const [status] = (await ended) as [number | null];
      return { status, stdout, stderr: await errors };
    },
    policy: () =>
      JSON.parse(readFileSync(join(directory, "cordon.json"), "utf8")) as { allow: Record<string, unknown> },
    [Symbol.dispose]: () => rmSync(top, { recursive: true, force: true }),
  };
}
