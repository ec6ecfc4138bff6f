// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

// In a shell, because a second Node would cost more than the container. `read` returns when a line or the end comes.
const SCRIPT = `
read -r word && [ "$word" = done ] && exit
directory=$1 container=$2
shift 2
"$@" kill "$container" KILL
"$@" delete --force "$container"
rm -rf "$directory"
`;

/** Ends a container whose starter is gone. */
export interface Leash extends Disposable {
  readonly process: ChildProcess;
}

/**
 * Starts what ends a container, and removes its directory, when this process ends without having let go: killed, say.
 *
 * @param command the runtime with its words before the command
 */
export function leash(directory: string, container: string, command: readonly string[]): Leash {
  const child = spawn("/bin/sh", ["-c", SCRIPT, "sh", directory, container, ...command], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
  });
  const input: Writable | null = child.stdin;
  input?.on("error", () => {});
  child.on("error", () => {});
  child.unref();
  return {
    process: child,
    [Symbol.dispose]() {
      input?.end("done\n");
    },
  };
}
