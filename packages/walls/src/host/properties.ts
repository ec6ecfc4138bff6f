// SPDX-License-Identifier: Apache-2.0
import { landlockFsRights, landlockNetRights, landlockScopes } from "../landlock.ts";
import type { ControllerName, Host, HostProperty, PropertyName } from "./host.ts";
import { isAtLeast } from "./kernel.ts";

const full = (name: PropertyName, by: string): HostProperty => ({ name, level: "full", by });
const partial = (name: PropertyName, by: string, remedy: string): HostProperty => ({
  name,
  level: "partial",
  by,
  remedy,
});
const none = (name: PropertyName, by: string, remedy: string): HostProperty => ({
  name,
  level: "none",
  by,
  remedy,
});

/** What a host can enforce, property by property, in the order in which `cordon doctor` prints it. */
export function findProperties(host: Omit<Host, "properties">): readonly HostProperty[] {
  return [
    jail(host),
    kernel(host),
    architecture(host),
    namespaces(host),
    landlock(host),
    seccomp(host),
    broker(host),
    limit("memory limit", "memory", host),
    limit("process limit", "pids", host),
    limit("cpu limit", "cpu", host),
    identity(host),
  ];
}

type Facts = Omit<Host, "properties">;

function jail({ jail: { path, problem } }: Facts): HostProperty {
  return problem === undefined
    ? full("jail", path)
    : none("jail", problem, "Run `npm run setup`: it compiles the jail.");
}

function kernel({ kernel: found, mountAttributes }: Facts): HostProperty {
  const by = `Linux ${found.release}`;
  if (!isAtLeast(found, 5, 14))
    return none("kernel", `${by}, which is too old`, "Boot Linux 6.12 or later; 5.14 at least.");
  if (!mountAttributes)
    return none("kernel", `${by}, without mount_setattr`, "Lift what refuses mount_setattr(2).");
  return full("kernel", by);
}

function architecture({ arch }: Facts): HostProperty {
  return arch === null
    ? none(
        "architecture",
        `${process.arch}, for which Cordon has no table of system calls`,
        "Use x86-64 or arm64.",
      )
    : full("architecture", arch);
}

function namespaces({ userNamespaces: found, identity: { kind } }: Facts): HostProperty {
  if (!found.ok) return none("user namespaces", found.cause, found.remedy);
  return full("user namespaces", kind === "root" ? "made as root" : "made by an ordinary user");
}

const BEST_LANDLOCK = 6;

function landlock({ landlock: { abi }, kernel: found }: Facts): HostProperty {
  if (abi === 0) {
    const remedy = isAtLeast(found, 5, 13)
      ? "Add landlock to the boot parameter lsm=; its present value is in /sys/kernel/security/lsm."
      : "Boot Linux 6.12 or later.";
    return none("landlock", "the kernel offers none", remedy);
  }
  const rights = [...landlockFsRights, ...landlockNetRights, ...landlockScopes];
  const lacking = rights.filter((right) => right.abi > abi).map(({ name }) => name);
  if (abi >= BEST_LANDLOCK) return full("landlock", `ABI ${abi}`);
  return partial(
    "landlock",
    `ABI ${abi}, without ${lacking.join(", ")}`,
    "Boot Linux 6.12 or later for ABI 6.",
  );
}

function seccomp({ seccomp: { notify } }: Facts): HostProperty {
  return notify
    ? full("seccomp", "filters with user notification")
    : none("seccomp", "no user notification", "Boot a kernel with CONFIG_SECCOMP_FILTER, 5.14 or later.");
}

function broker({ seccomp: { notify, waitKillable } }: Facts): HostProperty {
  if (!notify)
    return none("broker", "no user notification", "Boot a kernel with CONFIG_SECCOMP_FILTER, 5.14 or later.");
  if (waitKillable) return full("broker", "user notification that signals do not restart");
  return partial("broker", "user notification that a signal restarts", "Boot Linux 5.19 or later.");
}

function limit(name: PropertyName, controller: ControllerName, { cgroups }: Facts): HostProperty {
  const found = cgroups.controllers[controller];
  if (found !== undefined) return full(name, `cgroup v${found.version} at ${found.directory}`);
  const why = cgroups.missing[controller] ?? "no cgroup controller";
  const remedy =
    cgroups.layout === "v2"
      ? "Start Cordon with `systemd-run --user --scope -p Delegate=yes`, or give it a cgroup that it may write to."
      : "Make a cgroup for Cordon that it may write to, or mount cgroup v2.";
  if (controller === "cpu") return none(name, why, remedy);
  const instead =
    controller === "memory" ? "the supervisor's watch" : "the supervisor's watch and RLIMIT_NPROC";
  return partial(name, `${why}; ${instead} where the policy has limits.watch`, remedy);
}

function identity({ identity: { kind, uid } }: Facts): HostProperty {
  if (kind === "root") return full("identity", "root: each cell has a uid of its own");
  const by = `uid ${uid}: all cells run under it, apart by their namespaces`;
  return partial("identity", by, "Run as root where each cell is to have a uid of its own.");
}
