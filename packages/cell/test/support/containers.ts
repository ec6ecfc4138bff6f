// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, realpathSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { withRuntimes } from "../../../../tools/runtimes/fetch.ts";

export const runtimes = ["runc", "runsc"] as const;
export type Runtime = (typeof runtimes)[number];

/** Those that this machine can be tried as: an ordinary user cannot become root. */
export type User = "root" | "ordinary";
export const users: readonly User[] = process.getuid?.() === 0 ? ["root", "ordinary"] : ["ordinary"];

const command = join(import.meta.dirname, "../../../cli/bin/cordon.js");
const ORDINARY = 64_003;
const DEADLINE_MS = 60_000;

/** A directory with these files, and one for containers: what is left in that has not been cleaned up. */
export interface Site {
  readonly directory: string;
  readonly leftovers: () => readonly string[];
  /** `cordon` with these words, to its end. */
  readonly cordon: (words: readonly string[], input?: string) => SpawnSyncReturns<string>;
  /** The same, while the test goes on. */
  readonly start: (words: readonly string[]) => ReturnType<typeof spawn>;
}

export function siteFor(context: TestContext, user: User, files: Readonly<Record<string, string>>): Site {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "cordon-container-")));
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), "cordon-containers-")));
  context.after(() => {
    for (const path of [directory, temporary]) rmSync(path, { recursive: true, force: true });
  });
  for (const path of [directory, temporary]) chmodSync(path, 0o755);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const isOther = user === "ordinary" && process.getuid?.() === 0;
  if (isOther) for (const path of [directory, temporary]) chownSync(path, ORDINARY, ORDINARY);
  const settings = {
    cwd: directory,
    env: { PATH: withRuntimes()["PATH"], HOME: directory, TMPDIR: temporary, GREETING: "hello" },
    ...(isOther ? { uid: ORDINARY, gid: ORDINARY } : {}),
  };
  return {
    directory,
    leftovers: () => readdirSync(temporary),
    cordon: (words, input = "") =>
      spawnSync(process.execPath, [command, ...words], {
        ...settings,
        input,
        encoding: "utf8",
        timeout: DEADLINE_MS,
      }),
    start: (words) =>
      spawn(process.execPath, [command, ...words], { ...settings, stdio: ["ignore", "pipe", "pipe"] }),
  };
}
