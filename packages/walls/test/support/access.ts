// SPDX-License-Identifier: Apache-2.0
import type { Policy } from "@cordon/policy";
import { type AccessTree, accessTree } from "../../src/access.ts";
import { type ResolvedPaths, resolvePaths } from "../../src/paths.ts";

/** The access tree of a policy's file rules, with the links on the way to what it grants. */
export function treeOf(policy: Policy): { readonly tree: AccessTree; readonly paths: ResolvedPaths } {
  const paths = resolvePaths(policy, "/usr/bin:/bin");
  const tree = accessTree({ read: paths.read, write: paths.write, execute: paths.run, map: paths.addon });
  return { tree, paths };
}
