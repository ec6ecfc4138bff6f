// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { readCache, writeCache } from "../cache.ts";
import type { Host } from "./host.ts";
import { readIfThere } from "./look.ts";
import { probeHost } from "./probe.ts";
import { jailPath } from "./trial.ts";

const NAME = "host";

/** What an answer depends on, as far as it can be seen without trying: this boot, this user, this cgroup, this jail. */
function circumstances(): string {
  const jail = statSync(jailPath, { throwIfNoEntry: false });
  return [
    readIfThere("/proc/sys/kernel/osrelease") ?? "",
    readIfThere("/proc/sys/kernel/random/boot_id") ?? "",
    readFileSync("/proc/self/uid_map", "utf8"),
    process.geteuid?.(),
    readIfThere("/proc/self/cgroup") ?? "",
    readIfThere("/proc/sys/user/max_user_namespaces") ?? "",
    readIfThere("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") ?? "",
    readIfThere("/proc/sys/kernel/yama/ptrace_scope") ?? "",
    // A container of this host's, or whoever was started with less, shares the boot and perhaps the directory.
    readlinkSync("/proc/self/ns/user"),
    readlinkSync("/proc/self/ns/mnt"),
    ...(readFileSync("/proc/self/status", "utf8").match(/^(?:CapEff|NoNewPrivs|Seccomp\w*):.*$/gm) ?? []),
    jailPath,
    jail?.mtimeMs,
    jail?.size,
  ].join("\n");
}

function isHost(value: unknown): value is Host {
  return (
    typeof value === "object" && value !== null && "properties" in value && Array.isArray(value.properties)
  );
}

/**
 * What this machine can enforce, from an earlier probe where nothing that can be seen has changed since. It saves each
 * run 10 ms. A host that has changed unseen makes the jail fail at the step in question; then `refresh` tells why.
 *
 * @param refresh asks the machine, whatever is kept
 */
export async function cachedHost({ refresh = false }: { readonly refresh?: boolean } = {}): Promise<Host> {
  const now = circumstances();
  const entry = refresh ? undefined : readCache(NAME);
  const { key, host }: { key?: unknown; host?: unknown } =
    typeof entry === "object" && entry !== null ? entry : {};
  if (key === now && isHost(host)) return host;
  const found = await probeHost();
  // A jail that could not be run is no finding: no process or no memory was to be had just now, perhaps.
  if (found.jail.problem === undefined) writeCache(NAME, { key: now, host: found });
  return found;
}
