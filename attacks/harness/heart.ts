// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Prepared, Site } from "./attack.ts";

/** Tells whether the daemon of attacks/native still beats into `granted/heart` after the program's end. */
export function beating(site: Site): Prepared {
  const heart = join(site.granted, "heart");
  const beat = (): string => (existsSync(heart) ? readFileSync(heart, "latin1") : "");
  return {
    values: {},
    harmed: async () => {
      await sleep(60);
      const before = beat();
      await sleep(80);
      return beat() === before ? undefined : "the daemon outlived the program";
    },
    dispose: () => {
      const pid = Number(beat().split(" ")[0]);
      // The number is the cell's own where it has a pid namespace: only what is our daemon is ended.
      try {
        if (pid > 1 && readlinkSync(`/proc/${pid}/exe`) === site.native.tool) process.kill(pid, "SIGKILL");
      } catch {
        // It is gone already, as it should be.
      }
    },
  };
}
