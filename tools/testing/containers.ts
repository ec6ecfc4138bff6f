// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Part } from "./part.ts";
import { runProgram } from "./program.ts";
import { add, readClosingLines, type Tally } from "./tally.ts";

/** Of each class that means something in a container, the programs that tell most. All of them: `npm run attacks -- --with=runsc`. */
const PROGRAMS = [
  "launcher-overwrite",
  "listed-descriptors",
  "working-directory-through-descriptor",
  "dynamic-linker",
  "written-addon",
  "spawn-shell",
  "raw-fork",
  "setuid-executable",
  "ptrace",
  "environ",
  "kill",
  "unshare-mounts",
  "uring-set-up",
  "compat-open",
  "x32-numbers",
  "mount",
  "plain-path",
  "dot-dot",
  "list-directory",
  "hard-link-in",
  "chmod",
  "fifo",
  "tcp-connect",
  "udp-send",
  "by-path",
  "abstract-name",
  "disk",
  "host-variable",
];

/** Hostile programs in containers of runc's and of gVisor's. Their controls are run with the other attacks. */
export const containers: Part = {
  name: "oci",
  async run(root) {
    const tallies: Tally[] = [];
    for (const [runtime, words] of [
      ["runc", []],
      // Each start is dear: what holds without Node's own permission model holds with it.
      ["runsc", ["--walls=-runtime"]],
    ] as const) {
      const args = [`--with=${runtime}`, "--controls-elsewhere", `--only=${PROGRAMS.join(",")}`, ...words];
      const command = [join(root, "attacks/main.ts"), ...args];
      const { output, exitCode } = await runProgram(process.execPath, command, root);
      const tally = readClosingLines(output);
      const isComplete = tally !== undefined && (exitCode === 0 || tally.failed > 0);
      if (!isComplete || tally.failed > 0) console.log(output.trimEnd());
      tallies.push(isComplete ? tally : { passed: tally?.passed ?? 0, failed: (tally?.failed ?? 0) + 1 });
    }
    return add(tallies);
  },
};
