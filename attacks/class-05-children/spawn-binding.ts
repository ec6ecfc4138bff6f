// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "process.binding('spawn_sync') starts no shell",
  proof: "word",
  program: (cell) => {
    const binding = (
      process as unknown as {
        binding(name: string): { spawn(options: object): { pid: number; error?: number } };
      }
    ).binding("spawn_sync");
    const ended = binding.spawn({
      file: "/bin/sh",
      args: ["sh", "-c", "exit 0"],
      stdio: [0, 1, 2].map(() => ({ type: "ignore" })),
      envPairs: [],
    });
    if (ended.error !== undefined) cell.check(ended.error, "spawn_sync");
    return ended.pid > 0 ? "a shell ran" : cell.refused("EPERM");
  },
};
