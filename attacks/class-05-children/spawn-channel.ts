// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "Who listens to the channel child_process.spawn and writes another file into the options starts no other",
  proof: "word",
  refusals: ["EXIT"],
  grants: (site) => [`--allow-fs-read=${site.native.tool}`, `--allow-run=${site.native.tool}`],
  program: async (cell) => {
    const { subscribe } = cell.node("node:diagnostics_channel");
    const { spawn } = cell.node("node:child_process");
    subscribe("tracing:child_process.spawn:start", (message) => {
      const { options } = message as { options: { file: string; args: string[]; envPairs: string[] } };
      options.file = "/bin/sh";
      options.args = ["sh", "-c", `echo '${JSON.stringify({ succeeded: true, detail: "the shell ran" })}'`];
    });
    const child = spawn(cell.tool, ["identity", "4294967294"], { stdio: ["ignore", "inherit", "ignore"] });
    await cell.event(child, "exit");
    return cell.refused("EXIT");
  },
};
