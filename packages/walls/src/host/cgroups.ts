// SPDX-License-Identifier: Apache-2.0
import { dirname, join } from "node:path/posix";
import type { Cgroups, Controller, ControllerName } from "./host.ts";
import type { Mount } from "./mounts.ts";

/** One line of `/proc/self/cgroup`: where this process is in one hierarchy. v2 has no controllers in it. */
export interface Membership {
  readonly controllers: readonly string[];
  readonly path: string;
}

/** What was seen of a directory of a cgroup file system. */
export interface DirectoryFacts {
  /** Cgroups can be made in it, and processes moved there. */
  readonly writable: boolean;
  /** v2: what `cgroup.controllers` and `cgroup.subtree_control` list. */
  readonly controllers: readonly string[];
  readonly subtree: readonly string[];
  /** v2: processes are in it, and it is not the root: controllers cannot be switched on for its children. */
  readonly occupied: boolean;
}

/** Looks at a directory; `null` if there is none. */
export type Look = (directory: string) => DirectoryFacts | null;

const names: readonly ControllerName[] = ["memory", "pids", "cpu", "cpuacct", "freezer"];
const inEveryUnified: readonly ControllerName[] = ["cpuacct", "freezer"];

/** Reads `/proc/self/cgroup`. */
export function parseCgroup(text: string): readonly Membership[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (match === null) return [];
    const [, controllers = "", path = "/"] = match;
    return [{ controllers: controllers === "" ? [] : controllers.split(","), path }];
  });
}

/** Finds, for each controller, the nearest directory at or above this process in which cgroups can be made. */
export function findCgroups(
  mounts: readonly Mount[],
  memberships: readonly Membership[],
  look: Look,
): Cgroups {
  const unified = mounts.find(({ type }) => type === "cgroup2");
  const legacy = mounts.filter(
    ({ type, options }) => type === "cgroup" && !options.some((option) => option.startsWith("name=")),
  );
  const controllers: Partial<Record<ControllerName, Controller>> = {};
  const missing: Partial<Record<ControllerName, string>> = {};
  for (const name of names) {
    const mount = legacy.find(({ options }) => options.includes(name));
    const found = inEveryUnified.includes(name)
      ? findAny(unified, mount, memberships, name, look)
      : mount !== undefined
        ? findLegacy(mount, pathOf(memberships, name), look)
        : findUnified(unified, pathOf(memberships), name, look);
    if (typeof found === "string") missing[name] = found;
    else controllers[name] = found;
  }
  return { layout: layout(unified !== undefined, legacy.length > 0), controllers, missing };
}

function layout(unified: boolean, legacy: boolean): Cgroups["layout"] {
  if (unified && legacy) return "hybrid";
  if (unified) return "v2";
  return legacy ? "v1" : "none";
}

function pathOf(memberships: readonly Membership[], controller?: ControllerName): string {
  const entry = memberships.find(({ controllers }) =>
    controller === undefined ? controllers.length === 0 : controllers.includes(controller),
  );
  return entry?.path ?? "/";
}

/**
 * From the process's own directory up to the mount. In a container the path may be that of the host, of which the
 * mount shows only a part, or lead out of it ("/../.."): then what exists of it is the mount itself.
 */
function ancestors(mount: string, path: string): readonly string[] {
  const directories: string[] = [];
  const inside = path.startsWith("/..") ? "/" : path;
  for (let at = inside; at !== "/" && at !== "."; at = dirname(at)) directories.push(join(mount, at));
  return [...directories, mount];
}

function findLegacy(mount: Mount, path: string, look: Look): Controller | string {
  const directory = ancestors(mount.target, path).find((candidate) => look(candidate)?.writable === true);
  const isThere = look(mount.target) !== null;
  return directory === undefined
    ? `cgroup v1 at ${mount.target} ${isThere ? "is not writable" : "cannot be seen from here"}`
    : { version: 1, directory, enable: false };
}

/** What every v2 cgroup has. Its freezer is the better one, beside v1's controllers too: what it has frozen can be killed. */
function findAny(
  unified: Mount | undefined,
  legacy: Mount | undefined,
  memberships: readonly Membership[],
  name: ControllerName,
  look: Look,
): Controller | string {
  const directory =
    unified === undefined
      ? undefined
      : ancestors(unified.target, pathOf(memberships)).find((each) => look(each)?.writable === true);
  if (directory !== undefined) return { version: 2, directory, enable: false };
  if (legacy !== undefined) return findLegacy(legacy, pathOf(memberships, name), look);
  return unified === undefined
    ? "no cgroup file system is mounted"
    : `cgroup v2 at ${unified.target} is not writable`;
}

function findUnified(
  mount: Mount | undefined,
  path: string,
  name: ControllerName,
  look: Look,
): Controller | string {
  if (mount === undefined) return "no cgroup file system is mounted";
  let problem = `cgroup v2 at ${mount.target} has no ${name} controller`;
  for (const directory of ancestors(mount.target, path)) {
    const facts = look(directory);
    if (facts === null || !(facts.controllers.includes(name) || facts.subtree.includes(name))) continue;
    if (!facts.writable) problem = `cgroup v2: ${directory} is not writable`;
    else if (facts.subtree.includes(name)) return { version: 2, directory, enable: false };
    else if (!facts.occupied) return { version: 2, directory, enable: true };
    else problem = `cgroup v2: ${directory} holds processes, so ${name} cannot be switched on below it`;
  }
  return problem;
}
