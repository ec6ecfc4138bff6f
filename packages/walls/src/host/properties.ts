// SPDX-License-Identifier: Apache-2.0
import { remedyForTrial } from "./trial.ts";
import { landlockFsRights, landlockNetRights, landlockScopes } from "../landlock.ts";
import { FLOOR } from "./namespaces.ts";
import { limitFacts } from "../limit-holds.ts";
import { needs } from "../limits.ts";
import type { CgroupLimit, Host, HostProperty, PropertyName } from "./host.ts";
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
    cLibrary(host),
    surroundings(host),
    namespaces(host),
    ownProc(host),
    ownClock(host),
    landlock(host),
    seccomp(host),
    broker(host),
    sockets(host),
    ...CGROUP_LIMITS.map((name) => limit(name, host)),
    identity(host),
  ];
}

type Facts = Omit<Host, "properties">;

function jail({ jail: { path, problem } }: Facts): HostProperty {
  return problem === undefined ? full("jail", path) : none("jail", problem, remedyForTrial(problem));
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

/** Its loader is the library: nothing else of it has to be in a cell. */
function cLibrary({ libc: { kind, version } }: Facts): HostProperty {
  if (kind === "musl") return full("c library", "musl: its loader, which is the library, and what Node maps");
  if (kind === "glibc")
    return full(
      "c library",
      `glibc${version === undefined ? "" : ` ${version}`}: its loader, and what Node maps`,
    );
  return partial(
    "c library",
    "neither glibc nor musl is mapped: a cell gets what Node maps, and its look-ups of names may lack a part",
    "Run Cordon on a Node of nodejs.org or of your distribution.",
  );
}

function surroundings({ surroundings: around }: Facts): HostProperty {
  const modules = [
    ...(around.modules ?? []).filter((name) => name !== "capability"),
    ...(around.yama === null ? [] : [`ptrace_scope ${around.yama}`]),
    ...(around.lockdown === null ? [] : [`lockdown ${around.lockdown}`]),
  ];
  const also = modules.length === 0 ? "" : `; ${modules.join(", ")}`;
  if (around.inside === "cell") {
    return none(
      "surroundings",
      `a cell of Cordon${also}`,
      "Grant `run` to the outer cell and start the program as its child, or start both from outside.",
    );
  }
  const filter = around.filtered ? ", under a seccomp filter" : "";
  const chroot = around.chrooted ? ", in a chroot" : "";
  const where = around.inside === "container" ? `a container (${around.engine})` : "no container";
  return full("surroundings", `${where}${filter}${chroot}${around.sys ? "" : ", no /sys"}${also}`);
}

function ownProc({ proc: { own, children } }: Facts): HostProperty {
  if (own && children) return full("own proc", "a /proc of the cell's own processes can be mounted");
  if (!children) {
    return partial(
      "own proc",
      `${own ? "a /proc can be mounted" : "no /proc can be mounted"}; it does not list children, which a cell without a pid namespace is ended by`,
      "Keep the namespaces' wall, or boot a kernel with CONFIG_PROC_CHILDREN.",
    );
  }
  return none(
    "own proc",
    "the kernel refuses a new /proc: namespaces are refused, or parts of the present one are covered",
    `Lift what refuses namespaces; in a container also \`--security-opt systempaths=unconfined\`. ${FLOOR}`,
  );
}

function ownClock({ ownClock: has }: Facts): HostProperty {
  return has
    ? full("own clock", "time namespaces: clocks count from the cell's start")
    : partial(
        "own clock",
        "no time namespaces: how long the host runs shows",
        "Boot a kernel with CONFIG_TIME_NS.",
      );
}

function namespaces({ userNamespaces: found, identity: { kind } }: Facts): HostProperty {
  if (!found.ok) return none("user namespaces", found.cause, found.remedy);
  return full("user namespaces", kind === "root" ? "made as root" : "made by an ordinary user");
}

const BEST_LANDLOCK = 6;

function landlock({ landlock: { abi, errno }, kernel: found, surroundings: around }: Facts): HostProperty {
  if (abi === 0) return noLandlock(errno, found, around);
  const rights = [...landlockFsRights, ...landlockNetRights, ...landlockScopes];
  const lacking = rights.filter((right) => right.abi > abi).map(({ name }) => name);
  if (abi >= BEST_LANDLOCK) return full("landlock", `ABI ${abi}`);
  return partial(
    "landlock",
    `ABI ${abi}, without ${lacking.join(", ")}`,
    "Boot Linux 6.12 or later for ABI 6.",
  );
}

/** EOPNOTSUPP: compiled in, and not started; ENOSYS: not compiled in, or a filter says so. */
function noLandlock(errno: string, found: Facts["kernel"], around: Facts["surroundings"]): HostProperty {
  const refused = (by: string, remedy: string): HostProperty => none("landlock", by, remedy);
  if (errno === "EOPNOTSUPP") {
    const present =
      around.modules === null
        ? "/sys/kernel/security/lsm has the present ones"
        : `at present ${around.modules.join()}`;
    return refused(
      "the kernel has it and was started without it",
      `Add landlock to the boot parameter lsm= (${present}).`,
    );
  }
  if (around.filtered && isAtLeast(found, 5, 13)) {
    return refused(
      `a seccomp filter refuses it (${errno})`,
      "Update the container engine, whose profile is older than Landlock, or start it with a profile that allows landlock_create_ruleset, landlock_add_rule and landlock_restrict_self.",
    );
  }
  return isAtLeast(found, 5, 13)
    ? refused(
        "the kernel was built without it",
        "Boot a kernel with CONFIG_SECURITY_LANDLOCK, and landlock in lsm=.",
      )
    : refused("the kernel is older than it", "Boot Linux 6.12 or later.");
}

function seccomp({ seccomp: { notify, errno }, surroundings: { inside } }: Facts): HostProperty {
  if (notify) return full("seccomp", "filters with user notification");
  const remedy = "Boot a kernel with CONFIG_SECCOMP_FILTER, 5.14 or later.";
  if (errno === "EBUSY") {
    return none(
      "seccomp",
      "a listener lies on this process already, and the kernel takes no second one",
      "Start Cordon outside of what supervises it by seccomp notification (LXD, Incus, Sysbox, another sandbox).",
    );
  }
  if (inside === "cell")
    return none(
      "seccomp",
      `the outer cell refuses further filters (${errno})`,
      "Start both cells from outside.",
    );
  return none("seccomp", `no user notification${errno === "" ? "" : ` (${errno})`}`, remedy);
}

function broker({ seccomp: { notify, waitKillable, memory }, surroundings: { yama } }: Facts): HostProperty {
  if (!notify) return none("broker", "no user notification", "See the line `seccomp`.");
  if (!memory) {
    const by = `the supervisor cannot read what the program asks for${yama === null ? "" : ` (ptrace_scope ${yama})`}`;
    return none("broker", by, "Set kernel.yama.ptrace_scope to 0 or 1, and allow process_vm_readv(2).");
  }
  if (waitKillable) return full("broker", "user notification that signals do not restart");
  return none("broker", "user notification that a signal restarts", "Boot Linux 5.19 or later.");
}

function sockets({ seccomp: { descriptors }, surroundings: { inside, yama } }: Facts): HostProperty {
  if (descriptors) return full("sockets", "the broker takes them out of the cell by pidfd_getfd");
  return partial(
    "sockets",
    "pidfd_getfd is refused: a cell without network grants runs, one with any is refused",
    inside === "container"
      ? "Start the container with `--cap-add=SYS_PTRACE`."
      : `Allow pidfd_getfd(2)${yama !== null && yama > 1 ? ": set kernel.yama.ptrace_scope to 0 or 1" : ", in a container by `--cap-add=SYS_PTRACE`"}.`,
  );
}

const CGROUP_LIMITS = Object.keys(needs) as readonly CgroupLimit[];

function limit(bound: CgroupLimit, { cgroups }: Facts): HostProperty {
  const name = `limit ${bound}` as const;
  const found = cgroups.controllers[needs[bound]];
  if (found !== undefined) return full(name, `cgroup v${found.version} at ${found.directory}`);
  const why = cgroups.missing[needs[bound]] ?? "no cgroup controller";
  const remedy =
    cgroups.layout === "v2"
      ? "Start Cordon with `systemd-run --user --scope -p Delegate=yes`, or give it a cgroup that it may write to."
      : "Make a cgroup for Cordon that it may write to, or mount cgroup v2.";
  const { level, by, mustBeAccepted } = limitFacts[bound].holds["no cgroup"];
  if (level === "full") return full(name, `${by} (${why})`);
  if (level === "none") return none(name, why, remedy);
  const leave = mustBeAccepted === true ? ", where the policy accepts `limits`" : "";
  return partial(name, `${why}; ${by}${leave}`, remedy);
}

function identity({ identity: { kind, uid } }: Facts): HostProperty {
  if (kind === "root") return full("identity", "root: each cell has a uid of its own");
  const by = `uid ${uid}: all cells run under it, apart by their namespaces`;
  return partial("identity", by, "Run as root where each cell is to have a uid of its own.");
}
