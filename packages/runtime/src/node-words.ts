// SPDX-License-Identifier: Apache-2.0
import type { Policy, Scope } from "@cordon/policy";

/** Node's names of the scopes, where it has one. */
export const NODE_NAMES: Readonly<Partial<Record<Scope, string>>> = {
  "fs.read": "FileSystemRead",
  "fs.write": "FileSystemWrite",
  "net.connect": "Net",
  "net.listen": "Net",
  "net.unix": "Net",
  run: "ChildProcess",
  worker: "WorkerThreads",
  addon: "Addon",
  wasi: "WASI",
  inspector: "Inspector",
  ffi: "FFI",
};

// What Node asks with yes or no. Of files and hosts Node's sentence says less than ours: it names none.
const FLAGS: Readonly<Partial<Record<Scope, string>>> = {
  run: "child-process",
  worker: "worker",
  wasi: "wasi",
  inspector: "inspector",
  ffi: "ffi",
};

/**
 * The sentence of Node's own refusal, letter by letter: programs, and Node's own tests, compare it. None where
 * something of the scope is granted, since Node would not have refused then.
 */
export function nodeSentence(policy: Policy, scope: Scope): string | undefined {
  const flag = FLAGS[scope];
  if (flag === undefined || (scope === "run" && policy.run.allow.length > 0)) return undefined;
  return `Access to this API has been restricted. Use --allow-${flag} to manage permissions.`;
}

/** Node's name of what is refused, or ours where Node has none; `asked` where Node names another scope than ours. */
export function permissionOf({ scope, asked = scope }: { scope: Scope; asked?: Scope }): string {
  return NODE_NAMES[asked] ?? asked;
}
