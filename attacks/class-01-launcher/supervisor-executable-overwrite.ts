// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { copyFileSync, chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canaryProcess } from "../harness/canary.ts";

export const hostile: Attack = {
  claim:
    "The executable of a process outside cannot be written through /proc/PID/exe once that process is gone",
  proof: "host",
  prepare: async (site) => {
    const launcher = join(site.directory, "launcher");
    copyFileSync(site.native.tool, launcher);
    chmodSync(launcher, 0o777);
    const before = readFileSync(launcher);
    const canary = await canaryProcess(site, { executable: launcher });
    return {
      values: { pid: canary.pid },
      harmed: () => (readFileSync(launcher).equals(before) ? undefined : "the launcher was changed"),
      dispose: canary.dispose,
    };
  },
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const pid = cell.number("pid");
    const held = fs.openSync(`/proc/${pid}/exe`, fs.constants.O_RDONLY);
    process.kill(pid, "SIGKILL");
    for (let tries = 0; tries < 50; tries++) {
      try {
        const writable = fs.openSync(`/proc/self/fd/${held}`, fs.constants.O_WRONLY);
        return fs.writeSync(writable, "overwritten", 64);
      } catch (error) {
        if ((error as { code?: string }).code !== "ETXTBSY") throw error;
        await cell.sleep(10);
      }
    }
    return cell.refused("ETXTBSY");
  },
  refusals: ["ETXTBSY"],
};
