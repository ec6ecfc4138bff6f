// SPDX-License-Identifier: Apache-2.0
// Types of what a program finds in a cell, beside Node's own: `"types": ["node", "cordon/process"]` in tsconfig.json.
/// <reference types="node" />

/** A scope of Cordon, or a name that Node or the earlier proposal has for one. */
export type PermissionScope =
  | "fs"
  | "fs.read"
  | "fs.write"
  | "fs.in"
  | "fs.out"
  | "net"
  | "net.connect"
  | "net.listen"
  | "net.unix"
  | "env"
  | "run"
  | "child"
  | "addon"
  | "worker"
  | "wasi"
  | "ffi"
  | "inspector"
  | "sys";

/** A scope by Cordon's own name, as errors and messages have it. */
export type DeniedScope = Exclude<PermissionScope, "fs" | "fs.in" | "fs.out" | "net" | "child">;

/** What a refused access throws, rejects with or hands to a callback. */
export interface AccessDeniedError extends Error {
  readonly code: "ERR_ACCESS_DENIED";
  /** Node's name of the permission (`FileSystemRead`, `ChildProcess`, …), or the scope where Node has none. */
  readonly permission: string;
  /** As the program wrote it. */
  readonly resource: string;
  readonly scope: DeniedScope;
  /** The flag that would allow it; empty where none would. */
  readonly grant: string;
}

/** A message on the channel `cordon:denied` of `node:diagnostics_channel`. */
export interface DeniedMessage {
  readonly scope: DeniedScope;
  readonly resource: string;
  readonly grant: string;
  readonly permission: string;
  readonly stack: string;
}

/** `process.policy`: the names of the earlier proposal for Node. */
export interface ProcessPolicy {
  /** As `process.permission.has`; of several references, whether all are granted. */
  check(scope: PermissionScope, reference?: string | readonly string[]): boolean;
  /** As `process.permission.drop`, for each reference. */
  deny(scope: PermissionScope, reference?: string | readonly string[]): void;
}

declare global {
  namespace NodeJS {
    interface ProcessPermission {
      /**
       * Whether something is granted. Without a reference: whether all of the scope is.
       *
       * @param reference a path, a host with its port, a variable, a program, as the scope's grants are written
       * @example
       * process.permission.has("net.connect", "api.example.com:443");
       */
      has(scope: PermissionScope, reference?: string | Buffer): boolean;
      /**
       * Gives something up, for this process and all in its cell, for good. What is open stays open.
       *
       * @param reference what to give up of the scope; all of it without one
       * @throws Error `ERR_DROP_NOT_HELD` if not all walls could be narrowed; this process is refused it all the same
       * @example
       * process.permission.drop("fs.read", "/etc/app");
       */
      drop(scope: PermissionScope, reference?: string | Buffer): void;
    }
    interface Process {
      /** Of a cell alone. */
      readonly policy: ProcessPolicy;
    }
  }
}
