// SPDX-License-Identifier: Apache-2.0
// Apart from the table of scopes, because a cell's preload carries this and needs none of the table.
import type { NameScope, NetScope, PathScope, Scope, SwitchScope } from "./types.ts";

type ListScope = Exclude<Scope, SwitchScope>;

/** Scopes whose rules are lists. */
export const listScopes: readonly ListScope[] = Object.freeze([
  "fs.read",
  "fs.write",
  "net.connect",
  "net.listen",
  "net.unix",
  "env",
  "run",
  "addon",
  "sys",
]);
export const pathScopes: readonly PathScope[] = Object.freeze(["fs.read", "fs.write", "net.unix", "addon"]);
export const netScopes: readonly NetScope[] = Object.freeze(["net.connect", "net.listen"]);
export const nameScopes: readonly NameScope[] = Object.freeze(["env", "sys"]);
/** Scopes that are granted or not. */
export const switchScopes: readonly SwitchScope[] = Object.freeze(["worker", "wasi", "ffi", "inspector"]);
