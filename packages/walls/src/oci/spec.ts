// SPDX-License-Identifier: Apache-2.0
// What we write of the Open Container Initiative's runtime specification, version 1.0.2 (config.md, config-linux.md): the
// version that Debian's runc, crun and runsc read. What is newer, or optional there and not used here, is left out.

/** A bundle's `config.json`. */
export interface OciConfig {
  readonly ociVersion: string;
  readonly process: OciProcess;
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly hostname: string;
  readonly mounts: readonly OciMount[];
  readonly linux: OciLinux;
  readonly annotations: Readonly<Record<string, string>>;
}

/** config.md, "Process" and "POSIX process". */
export interface OciProcess {
  readonly terminal: boolean;
  readonly user: { readonly uid: number; readonly gid: number; readonly umask?: number };
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  /** An absent list means none; some runtimes read an absent object as "the runtime's own". */
  readonly capabilities: Readonly<Record<CapabilitySet, readonly string[]>>;
  readonly rlimits: readonly { readonly type: string; readonly hard: number; readonly soft: number }[];
  readonly noNewPrivileges: boolean;
}

export type CapabilitySet = "bounding" | "effective" | "inheritable" | "permitted" | "ambient";

/** config.md, "Mounts": in the listed order. */
export interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** config-linux.md. */
export interface OciLinux {
  readonly namespaces: readonly { readonly type: OciNamespace }[];
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
  readonly resources?: OciResources;
  readonly seccomp?: OciSeccomp;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
}

export type OciNamespace = "user" | "mount" | "pid" | "network" | "ipc" | "uts" | "cgroup";

export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** config-linux.md, "Control groups". */
export interface OciResources {
  /** Bytes; `swap` is memory and swap together. */
  readonly memory?: { readonly limit: number; readonly swap?: number };
  /** Microseconds of processor time in each period. */
  readonly cpu?: { readonly quota: number; readonly period: number };
  readonly pids?: { readonly limit: number };
  readonly devices?: readonly { readonly allow: boolean; readonly access: string }[];
}

/** config-linux.md, "Seccomp". */
export interface OciSeccomp {
  readonly defaultAction: "SCMP_ACT_ERRNO";
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly OciSyscall[];
}

export interface OciSyscall {
  readonly names: readonly string[];
  readonly action: "SCMP_ACT_ALLOW" | "SCMP_ACT_ERRNO";
  readonly errnoRet?: number;
  readonly args?: readonly OciArgument[];
}

/** `(argument & value) == valueTwo` for SCMP_CMP_MASKED_EQ (libseccomp's datum_a is the mask). */
export interface OciArgument {
  readonly index: number;
  readonly op: "SCMP_CMP_MASKED_EQ";
  readonly value: bigint;
  readonly valueTwo: bigint;
}
