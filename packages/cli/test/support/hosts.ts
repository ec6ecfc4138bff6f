// SPDX-License-Identifier: Apache-2.0
// Hosts on which less is allowed, arranged for real: a filter as container engines install it, a user namespace in which
// no further one may be made, parts of /proc covered, a chroot.
import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after } from "node:test";
import { settings, type User } from "./users.ts";

const root = join(import.meta.dirname, "../../../..");
const command = join(root, "packages/cli/bin/cordon.js");

// Where everybody may execute it.
const place = mkdtempSync(join(tmpdir(), "cordon-confine-"));
after(() => rmSync(place, { recursive: true, force: true }));
chmodSync(place, 0o755);
const confine = join(place, "confine");
compileConfine();

function compileConfine(): void {
  const native = join(root, "attacks/native");
  const made = spawnSync("make", ["--silent", "-C", native, "build/confine"], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`Expected confine to compile: ${made.stderr}`);
  copyFileSync(join(native, "build/confine"), confine);
  chmodSync(confine, 0o755);
}

/** Words that are put before a command. */
export type Host = (user: User) => readonly string[];

/** A container of Docker's or containerd's by its default profile; root has a container's capabilities. */
export const docker: Host = (user) => [confine, "docker", ...(user === "root" ? ["capabilities"] : []), "--"];

/** The same, started with `--cap-add=SYS_PTRACE`. */
export const dockerWithTracing: Host = (user) => [
  confine,
  "docker",
  "ptrace",
  ...(user === "root" ? ["capabilities"] : []),
  "--",
];

/** One system call answers with an errno, or a listener lies on the process. */
export const under =
  (...rules: readonly string[]): Host =>
  () => [confine, ...rules, "--"];

/** A shell's script in new namespaces, then the command; whoever starts it is root in them, without being the host's. */
export const inNamespaces =
  (script: string): Host =>
  () => ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", `${script} && exec "$@"`, "sh"];

/** user.max_user_namespaces=0, which belongs to the user namespace that it is written in. */
export const withoutUserNamespaces: Host = () => [
  "unshare",
  "--user",
  "--map-current-user",
  "--keep-caps",
  "sh",
  "-c",
  'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all --bounding-set=-all "$@"',
  "sh",
];

/** `cordon …` on that host. */
export function cordonOn(
  host: Host,
  user: User,
  directory: string,
  args: readonly string[],
): SpawnSyncReturns<string> {
  const [file = "", ...words] = [...host(user), process.execPath, command, ...args];
  return spawnSync(file, words, { ...settings(user, directory), encoding: "utf8" });
}

/** The same, while this process goes on: it may be a server that the program asks. What it prints. */
export async function inBackground(
  host: Host,
  user: User,
  directory: string,
  args: readonly string[],
): Promise<string> {
  const [file = "", ...words] = [...host(user), process.execPath, command, ...args];
  const child = spawn(file, words, settings(user, directory));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return stdout === "" ? stderr : stdout;
}
