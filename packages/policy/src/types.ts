// SPDX-License-Identifier: Apache-2.0
import type { Acceptable } from "./accept.ts";

/** Scopes whose rules are paths. */
export type PathScope = "fs.read" | "fs.write" | "net.unix" | "addon";
/** Scopes whose rules are network endpoints. */
export type NetScope = "net.connect" | "net.listen";
/** Scopes whose rules are names. */
export type NameScope = "env" | "sys";
/** Scopes that are granted or not, as a whole. */
export type SwitchScope = "worker" | "wasi" | "ffi" | "inspector";
/** One kind of access. */
export type Scope = PathScope | NetScope | NameScope | SwitchScope | "run";

/** One layer that enforces a policy by itself. */
export type WallName = "namespaces" | "filters" | "runtime";

/** Where a rule was written: `--allow-fs-read=./src` or `cordon.json /allow/fs.read/0`. */
export type Origin = string;

/** A file, or a directory with all below it. A trailing `*` stands for every entry that starts so. */
export interface PathRule {
  /** Absolute and lexically normalised. */
  readonly path: string;
  /** Whether a path that does not exist is skipped. */
  readonly optional: boolean;
  readonly sha256?: string;
  readonly origin: Origin;
}

/** What a network rule says about the other side's address. */
export type HostPattern =
  | { readonly kind: "any" }
  | { readonly kind: "cidr"; readonly address: string; readonly prefix: number; readonly family: 4 | 6 }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "suffix"; readonly suffix: string }
  | { readonly kind: "public" };

/** Both ends count. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export type Protocol = "tcp" | "udp";

export interface NetRule {
  readonly protocol: Protocol;
  readonly host: HostPattern;
  readonly ports: PortRange;
  /** The rule in its one canonical spelling; parsing it gives the rule again. */
  readonly text: string;
  readonly origin: Origin;
}

export interface NameRule {
  /** `NAME`, `PREFIX_*` or `*`. */
  readonly pattern: string;
  readonly origin: Origin;
}

export interface RunRule {
  /** An absolute path, a bare name looked up on PATH, or `*`. */
  readonly program: string;
  readonly optional: boolean;
  readonly sha256?: string;
  readonly origin: Origin;
}

export interface Rules<R> {
  readonly allow: readonly R[];
  readonly deny: readonly R[];
}

export interface Limits {
  /** Bytes. */
  readonly memory?: number;
  /** Bytes beside the memory. */
  readonly swap?: number;
  /** Processors. */
  readonly cpu?: number;
  /** 1 to 10000; what has none has 100. */
  readonly cpuWeight?: number;
  /** Milliseconds. */
  readonly cpuTime?: number;
  readonly processes?: number;
  /** Milliseconds. */
  readonly wallTime?: number;
  readonly openFiles?: number;
  /** Bytes of the private /tmp. */
  readonly scratch?: number;
  /** Files and directories in the private /tmp. */
  readonly scratchFiles?: number;
  /** Bytes a second of standard output and standard error together. */
  readonly output?: number;
  /** Open at one time. */
  readonly connections?: number;
  /** New ones in a second. */
  readonly connectRate?: number;
}

/** A file whose contents are pinned, or a directory of which every file must be. */
export interface IntegrityRule {
  /** Absolute and lexically normalised. */
  readonly path: string;
  /** As Subresource Integrity writes it, such as `sha256-…` in base64; `listed` for a directory. */
  readonly hash: string;
  readonly origin: Origin;
}

/** A built-in module that the program may not load, nor any below it. */
export interface BuiltinRule {
  /** Without `node:`. */
  readonly name: string;
  readonly origin: Origin;
}

/** A complete policy: frozen, normalised, every scope present. */
export interface Policy {
  readonly "fs.read": Rules<PathRule>;
  readonly "fs.write": Rules<PathRule>;
  readonly "net.connect": Rules<NetRule>;
  readonly "net.listen": Rules<NetRule>;
  readonly "net.unix": Rules<PathRule>;
  readonly env: Rules<NameRule>;
  readonly run: Rules<RunRule>;
  readonly addon: Rules<PathRule>;
  readonly worker: boolean;
  readonly wasi: boolean;
  readonly ffi: boolean;
  readonly inspector: boolean;
  /** The switches that somebody has denied: off for good, whoever grants them. */
  readonly denied: readonly SwitchScope[];
  readonly sys: Rules<NameRule>;
  /** All of them hold, also where several speak of one file. */
  readonly integrity: readonly IntegrityRule[];
  readonly builtins: { readonly deny: readonly BuiltinRule[] };
  /** Of what less than all is enough, where a host cannot hold all of it. */
  readonly accept: readonly Acceptable[];
  readonly limits: Limits;
}

/** One side, allow or deny, of what one file or one command line says. Every scope present. */
export interface Grants {
  readonly "fs.read": readonly PathRule[];
  readonly "fs.write": readonly PathRule[];
  readonly "net.connect": readonly NetRule[];
  readonly "net.listen": readonly NetRule[];
  readonly "net.unix": readonly PathRule[];
  readonly env: readonly NameRule[];
  readonly run: readonly RunRule[];
  readonly addon: readonly PathRule[];
  readonly worker: boolean;
  readonly wasi: boolean;
  readonly ffi: boolean;
  readonly inspector: boolean;
  readonly sys: readonly NameRule[];
}

/** What one file or one command line says, before it is merged into a {@link Policy}. */
export interface PolicyDocument {
  /** The file that this one adds to, as written; the caller loads it. */
  readonly extends?: string;
  readonly allow: Grants;
  readonly deny: Grants;
  readonly integrity?: readonly IntegrityRule[];
  readonly builtins?: { readonly deny: readonly BuiltinRule[] };
  readonly accept?: readonly Acceptable[];
  readonly limits: Partial<Limits>;
  /** Scopes of which nothing is granted, whatever this or another document grants of them. */
  readonly without?: readonly ("fs.read" | "fs.write")[];
}

/** A question to a policy. */
export type AccessRequest =
  | { readonly scope: PathScope; readonly path: string }
  | {
      readonly scope: NetScope;
      readonly protocol: Protocol;
      /** An IP address; or a host name, to ask whether it may be looked up. */
      readonly address: string;
      /** Without a port the question is whether any port is granted. */
      readonly port?: number;
      /** The name for which the broker gave out this address. */
      readonly name?: string;
    }
  | { readonly scope: NameScope; readonly name: string }
  | { readonly scope: "run"; readonly program: string }
  | { readonly scope: SwitchScope };

/** A refusal, with the grant that would turn it round. */
export interface Denial {
  readonly scope: Scope;
  readonly resource: string;
  /** For example `--allow-fs-read=/a/b`. Empty where no further grant helps; then `reason` says why. */
  readonly grant: string;
  readonly reason?: string;
}

declare const granted: unique symbol;
/** A resource that {@link decide} has granted. No other function makes one. */
export type Granted<S extends Scope = Scope> = string & { readonly [granted]: S };

export type Decision<S extends Scope = Scope> =
  | { readonly granted: true; readonly rule: string; readonly resource: Granted<S> }
  | { readonly granted: false; readonly rule?: string; readonly denial: Denial };
