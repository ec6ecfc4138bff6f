// SPDX-License-Identifier: Apache-2.0
import { dirname, join } from "node:path";
import type { PathRule, Policy } from "@cordon/policy";
import type { NodeFacts } from "./probe.ts";
import { isVersion, type VersionRanges } from "./version.ts";

/** Paths that the program needs beside what its policy grants: its own files, Node's libraries, the preload. */
export interface ExtraPaths {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Whether the program must be able to listen without a grant, as an app of `cordon serve` does in its own network. */
  readonly listen?: boolean;
}

// Of the flags --allow-…: child processes, addons, the inspector, WASI, workers.
const WARNINGS = ["PERM0001", "PERM0002", "PERM0003", "PERM0004", "PERM0005", "PERM0006"];

/** What came to Node's permission model after its beginning. */
export type Feature =
  | "permission"
  | "disabledWarnings"
  | "repeatedPaths"
  | "closedLookups"
  | "addons"
  | "wasi"
  | "inspector"
  | "net"
  | "ffi";

// Since when a flag exists. Node ends at once on a flag that it does not know, so none is passed on a guess.
// Each entry is the first version on each release line that has it; lines after the last entry all have it.
const SINCE: Readonly<Record<Feature, VersionRanges>> = {
  permission: ["22.13.0", "23.5.0"],
  repeatedPaths: ["20.7.0"],
  // Until then a look-up for package.json that walks up the tree ends in an error at the first directory not granted.
  closedLookups: ["20.20.2", "21.0.0"],
  addons: ["20.12.0", "21.6.0"],
  wasi: ["20.16.0", "22.3.0"],
  inspector: ["24.12.0", "25.0.0"],
  net: ["25.0.0"],
  disabledWarnings: ["20.11.0", "21.3.0"],
  ffi: ["26.1.0"],
};

/** Whether a Node has a flag, or a behaviour, of the permission model. */
export function nodeHas(node: Pick<NodeFacts, "version">, feature: Feature): boolean {
  return isVersion(node.version, SINCE[feature]);
}

/**
 * Spells a policy in the permission flags of one Node version: the runtime wall. What that version cannot say is left
 * to the preload and to the two other walls.
 *
 * @param policy what the program may do
 * @param node the Node that will run it, from `probeNode`
 * @param extra paths to grant beside the policy's
 * @returns flags to put before the program's path
 * @example
 * permissionFlags(policy, { version: "24.21.0" }, { read: ["/app/main.js"], write: [] });
 * // ["--permission", "--allow-fs-read=/app/main.js"]
 */
export function permissionFlags(
  policy: Policy,
  node: Pick<NodeFacts, "version">,
  extra: ExtraPaths,
): string[] {
  const has = (feature: Feature): boolean => nodeHas(node, feature);
  const flags = [has("permission") ? "--permission" : "--experimental-permission"];
  const lookups = has("closedLookups") ? [] : extra.read.flatMap(packageFilesAbove);
  flags.push(
    ...pathFlags(
      "--allow-fs-read",
      policy["fs.read"].allow,
      [...extra.read, ...lookups],
      has("repeatedPaths"),
    ),
  );
  flags.push(...pathFlags("--allow-fs-write", policy["fs.write"].allow, extra.write, has("repeatedPaths")));

  if (policy.run.allow.length > 0) flags.push("--allow-child-process");
  // In each worker Node warns of its flags anew, before the preload is there to hide it.
  if (policy.worker && has("disabledWarnings"))
    flags.push(...WARNINGS.map((code) => `--disable-warning=${code}`));
  if (policy.worker) flags.push("--allow-worker");
  if (policy.addon.allow.length === 0) flags.push("--no-addons");
  else if (has("addons")) flags.push("--allow-addons");
  if (policy.wasi && has("wasi")) flags.push("--allow-wasi");
  if (policy.inspector && has("inspector")) flags.push("--allow-inspector");
  // Node's network grant is on or off; which address is for the broker to say.
  if ((extra.listen === true || usesNetwork(policy)) && has("net")) flags.push("--allow-net");
  if (policy.ffi && has("ffi")) flags.push("--allow-ffi");
  return flags;
}

/** Whether this Node's permission model can leave the inspector to a program. */
export function knowsInspectorGrant(version: string): boolean {
  return isVersion(version, SINCE.inspector);
}

function usesNetwork(policy: Policy): boolean {
  return [policy["net.connect"], policy["net.listen"], policy["net.unix"]].some(
    (rules) => rules.allow.length > 0,
  );
}

function packageFilesAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [join(parent, "package.json"), ...packageFilesAbove(parent)];
}

function pathFlags(
  flag: string,
  rules: readonly PathRule[],
  extra: readonly string[],
  repeated: boolean,
): string[] {
  const paths = outermost([...rules.map((rule) => rule.path), ...extra]);
  if (paths.length === 0) return [];
  if (paths.includes("/")) return [`${flag}=*`];
  // Before 20.7 the last of several flags counted alone, and a comma was the separator, so a path with one in its name
  // cannot be granted there.
  return repeated ? paths.map((path) => `${flag}=${path}`) : [`${flag}=${paths.join(",")}`];
}

/**
 * Leaves out every path below another one. Node keeps paths in a prefix tree that loses a directory's own entry when
 * something below it was inserted first, and dies of an assertion on some orders.
 */
function outermost(paths: readonly string[]): string[] {
  const all = [...new Set(paths)];
  return all.filter((path) => !all.some((outer) => outer !== path && covers(outer, path))).sort();
}

function covers(outer: string, path: string): boolean {
  if (outer.endsWith("*")) return path.startsWith(outer.slice(0, -1));
  return path === outer || path.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
}
