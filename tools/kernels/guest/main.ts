// SPDX-License-Identifier: Apache-2.0
// Inside of the machine: does the runs that the job names, one after another, and says what they say.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, globSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { makeSetuid } from "../../../attacks/harness/stage.ts";
import type { Job, Line, Run } from "../runs.ts";
import { groups, makeGroups } from "./control-groups.ts";
import { ordinary } from "./users.ts";

const project = join(import.meta.dirname, "..", "..", "..");
const [port] = globSync("/dev/vport*p1");
if (port === undefined) throw new Error("Expected a port out of the machine (virtio_console), got none");
const out = openSync(port, "w");
const say = (line: Line): void => {
  writeSync(out, `${JSON.stringify(line)}\n`);
};

/** What a login gives: a group of one's own, an identity, a home. */
function command(run: Run, setuid: string): readonly [string, Record<string, string>] {
  const become =
    run.user === "root" ? "" : `setpriv --reuid=${ordinary.uid} --regid=${ordinary.uid} --clear-groups `;
  const environment = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "C.UTF-8",
    CORDON_ATTACKS_STAGED: "1",
    ...(run.user === "root" ? { HOME: "/root" } : { HOME: ordinary.home, CORDON_ATTACKS_SETUID: setuid }),
  };
  return [`echo 0 > ${groups[run.user]}/cgroup.procs && exec ${become}"$@"`, environment];
}

async function perform(run: Run, index: number, setuid: string): Promise<void> {
  const begun = performance.now();
  const [script, env] = command(run, setuid);
  const child = spawn("/bin/sh", ["-c", script, "sh", process.execPath, ...run.words], {
    cwd: project,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (text) =>
      say({ kind: "said", run: index, text: text.slice(0, 8000) }),
    );
  const [code] = (await ended) as [number | null];
  say({ kind: "ended", run: index, code, seconds: Math.round((performance.now() - begun) / 1000) });
}

say({ kind: "booted", release: release() });
makeGroups();
mkdirSync(ordinary.home, { recursive: true });
chownSync(ordinary.home, ordinary.uid, ordinary.uid);
const setuid = makeSetuid("/usr/bin/cordon-setuid", join(project, "attacks", "native", "build", "tool"), 0);
const { runs } = JSON.parse(readFileSync("/run/job.json", "utf8")) as Job;
for (const [index, run] of runs.entries()) await perform(run, index, setuid);
say({ kind: "done" });
