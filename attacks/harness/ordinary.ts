// SPDX-License-Identifier: Apache-2.0
// The ordinary user's column, when root runs the suite: the same program again, under a uid without privileges.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Outcome } from "./attack.ts";
import { makeSetuid } from "./stage.ts";

/** Nobody's uid in particular: it owns nothing on this machine. */
export const ordinaryUid = 64_001;
const checkout = join(import.meta.dirname, "..", "..");

/** Runs the suite as an ordinary user and hands over its lines. */
export async function runAsOrdinary(
  args: readonly string[],
  take: (outcome: Outcome) => void,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "cordon-ordinary-"));
  chmodSync(directory, 0o755);
  try {
    const home = join(directory, "home");
    mkdirSync(home);
    chownSync(home, ordinaryUid, ordinaryUid);
    const setuid = makeSetuid(
      join(directory, "setuid"),
      join(checkout, "attacks", "native", "build", "tool"),
      0,
    );
    const passed = args.filter((word) => !/^--(user|markdown|json)(=|$)/.test(word));
    const child = spawn(
      process.execPath,
      [join(checkout, "attacks", "main.ts"), "--user=ordinary", "--json", ...passed],
      {
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
      },
    );
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
