// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "child_process.fork, exec, execFile and their synchronous kin start nothing",
  proof: "word",
  program: async (cell) => {
    if (process.send !== undefined) return "the fork ran";
    const { exec, execFile, execFileSync, execSync, fork } = cell.node("node:child_process");
    // A child that could not be started has streams and channels that complain for themselves.
    process.on("uncaughtException", () => {});
    const codes: string[] = [];
    const ways: (() => unknown)[] = [
      () => execSync("exit 0"),
      () => execFileSync("/bin/sh", ["-c", "exit 0"]),
      () => cell.event(exec("exit 0"), "spawn"),
      () => cell.event(execFile("/bin/sh", ["-c", "exit 0"]), "spawn"),
      () => cell.event(fork(__filename, process.argv.slice(2)), "spawn"),
    ];
    for (const way of ways) {
      try {
        await way();
        return "it started";
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes[0] ?? "EPERM", codes.join());
  },
};
