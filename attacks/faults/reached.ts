// SPDX-License-Identifier: Apache-2.0
// Whether the settings come to every call of the set-up. The sites are the linker's own list: none can be left out of it.
import type { FaultSite } from "./jail.ts";

/** The rooms in which a cell is set up; the others work for a program that runs. */
function isSetUp({ file }: FaultSite): boolean {
  const [, room = ""] = file.split("/");
  if (["main.c", "fd.c"].includes(room)) return true;
  if (["plan", "cell"].includes(room)) return true;
  return /\/supervisor\/(?:supervisor|launch|cgroup|watch|descendants|relay)\.c$/.test(file);
}

/** Sites of the set-up, by function or by one call in it, that no setting is sure to come to, each with the reason. */
const elsewhere: Readonly<Record<string, string>> = {
  identity_become: "of a root without CAP_SYS_PTRACE (packages/walls/test/host-namespaces.test.ts)",
  identity_step_down:
    "a unix socket of the running program's is connected (packages/cell/test/unix-sockets.test.ts)",
  identity_step_up: "likewise",
  send_socket: "a connection to a running app (packages/cell/test/serve.test.ts)",
  landlock_abi: "--probe",
  plan_put_unix_first: "a drop of the running program's (packages/cell/test/drop.test.ts)",
  file_of: "the watch of a running program (packages/cell/test/limits.test.ts)",
  count_memory: "likewise",
  read_stat: "likewise",
  descendants_stop: "likewise",
  own_children: "likewise",
  look_at_memory: "likewise",
  take_notice: "likewise",
  watch_event: "likewise",
  watch_pause: "a cell that is frozen (packages/cell/test/freeze.test.ts)",
  be_nice: "a weight without a cgroup, on a host that has none (packages/cell/test/limits-grounds.test.ts)",
  "cgroup_remove nanosleep": "whether the kernel still counts a process that is gone is chance",
  cgroup_sweep: "what a host and a supervisor left that were killed together (npm run soak)",
  notice: "events of cgroup v2, where it has the controllers",
  supervisor_signal: "a signal to a running program (packages/cell/test/ends.test.ts)",
  launch_raise_descriptor_limit: "setrlimit where the limit is low, and its failure changes nothing",
  watch: "whether a signal comes before or after the init looks is chance",
  hand_over_message: "dup2, where the file has not got the number already that it is to have",
};

/** The sites of the set-up that were not come to, and are not known to be out of reach here. */
export function unreached(
  sites: readonly FaultSite[],
  reached: ReadonlySet<FaultSite>,
): readonly FaultSite[] {
  return sites.filter(
    (site) =>
      isSetUp(site) &&
      !reached.has(site) &&
      elsewhere[site.function] === undefined &&
      elsewhere[`${site.function} ${site.call}`] === undefined,
  );
}

/** The functions that are said to be out of reach, in whole or in part. */
export const isElsewhere: readonly string[] = Object.keys(elsewhere).map(
  (place) => place.split(" ")[0] ?? "",
);
