// SPDX-License-Identifier: Apache-2.0
import type { Cgroups, Controller, Host, Surroundings } from "../../src/host/index.ts";

/** A host that can enforce everything, but has no cgroups unless told. */
export function hostWith(change: Partial<Host> = {}): Host {
  return {
    jail: { path: "/opt/cordon/cordon-jail" },
    kernel: { release: "6.12.0", major: 6, minor: 12 },
    arch: "x64",
    libc: { kind: "glibc" },
    identity: { kind: "ordinary", uid: 1000, gid: 1000, alone: "shared" },
    landlock: { abi: 6, errno: "" },
    seccomp: { notify: true, errno: "", waitKillable: true, memory: true, descriptors: true },
    proc: { own: true, children: true },
    ownClock: true,
    surroundings: bareHost,
    mountAttributes: true,
    userNamespaces: { ok: true },
    cgroups: noCgroups,
    properties: [],
    ...change,
  };
}

export const bareHost: Surroundings = {
  inside: null,
  engine: null,
  filtered: false,
  noNewPrivileges: false,
  chrooted: false,
  yama: null,
  modules: null,
  lockdown: null,
  sys: true,
};

const nothing = "no cgroup file system is mounted";

export const noCgroups: Cgroups = {
  layout: "none",
  controllers: {},
  missing: { memory: nothing, pids: nothing, cpu: nothing, cpuacct: nothing, freezer: nothing },
};

/** All controllers, of one version. */
export function cgroupsAt(version: 1 | 2, enable = false): Cgroups {
  const at = (name: string, needsEnabling = enable): Controller => ({
    version,
    directory: version === 1 ? `/sys/fs/cgroup/${name}` : "/sys/fs/cgroup/user",
    enable: needsEnabling,
  });
  return {
    layout: version === 1 ? "v1" : "v2",
    controllers: {
      memory: at("memory"),
      pids: at("pids"),
      cpu: at("cpu"),
      cpuacct: at("cpuacct", false),
      freezer: at("freezer", false),
    },
    missing: {},
  };
}
