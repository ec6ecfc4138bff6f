// SPDX-License-Identifier: Apache-2.0
import { sep } from "node:path";
import { type Access, type AccessTree, isWithin, type Mark } from "./access.ts";
import type { Link } from "./links.ts";
import type { RootStep } from "./plan.ts";
import type { ProgramFiles } from "./program-files.ts";

/** What the private parts of a cell's file system look like. */
export interface PrivateFiles {
  /** Bytes and files that the private /tmp may hold. */
  readonly scratch: { readonly bytes: number; readonly inodes: number };
  readonly uid: number;
  readonly gid: number;
}

const DEVICES = ["null", "zero", "full", "random", "urandom"];
const isVisible = (access: Access): boolean => access.read || access.write;
const isSame = (a: Access, b: Access): boolean =>
  a.write === b.write && a.execute === b.execute && isVisible(a) === isVisible(b);

/** The part of the tree that is the cell's own, whatever the policy says of the host's. */
const isPrivate = (path: string): boolean => isWithin(path, "/proc") || isWithin(path, "/dev");

// A denied directory with a grant inside is covered by an empty one in which that grant's place can be made.
function covering(mark: Mark, tree: AccessTree): RootStep {
  const grantsInside = tree.marks.some(
    (other) => other.path !== mark.path && isWithin(other.path, mark.path) && isVisible(other.access),
  );
  return mark.directory && grantsInside
    ? { step: "tmpfs", target: mark.path, bytes: 65_536, inodes: 1024, mode: 0o555 }
    : { step: "mask", target: mark.path, directory: mark.directory };
}

function grantSteps(tree: AccessTree, mapOwner: boolean): RootStep[] {
  return tree.marks
    .filter((mark) => !isPrivate(mark.path) && !isSame(mark.access, mark.above))
    .map((mark) =>
      isVisible(mark.access)
        ? {
            step: "mount",
            source: mark.path,
            target: mark.path,
            use: { write: mark.access.write, execute: mark.access.execute },
            directory: mark.directory,
            mapOwner,
          }
        : covering(mark, tree),
    );
}

function passwd({ uid, gid }: PrivateFiles): RootStep[] {
  const file = (target: string, contents: string): RootStep => ({
    step: "file",
    target,
    mode: 0o444,
    contents,
  });
  return [
    file("/etc/passwd", `cordon:x:${uid}:${gid}::/tmp:/sbin/nologin\n`),
    file("/etc/group", `cordon:x:${gid}:\n`),
    file("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
  ];
}

/**
 * The steps that build a cell's root: the program's own files, what the policy grants, what it denies covered, and a
 * private /tmp, /dev, /proc and /etc. What is not named here does not exist for the cell.
 */
export function rootSteps(
  tree: AccessTree,
  links: readonly Link[],
  files: ProgramFiles,
  own: PrivateFiles,
  mapOwner: boolean,
  directory: string,
): readonly RootStep[] {
  const granted = grantSteps(tree, mapOwner);
  const isMounted = (path: string): boolean => isVisible(tree.at(path));
  const ours: RootStep[] = files.mounts.map(({ source, target, execute }) => ({
    step: "mount",
    source,
    target,
    use: { write: false, execute },
    directory: false,
    mapOwner: false,
  }));
  const scratch: RootStep = { step: "tmpfs", target: "/tmp", ...own.scratch, mode: 0o1777 };
  const above = (steps: readonly RootStep[]): RootStep[] =>
    steps.filter((step) => step.step !== "file" || !isMounted(step.target));
  const targetOf = (step: RootStep): string => step.target;
  const mounts = [
    ...granted,
    ...ours,
    ...(isMounted("/tmp") ? [] : [scratch]),
    { step: "proc", target: "/proc" } as const,
    ...DEVICES.map((name): RootStep => ({ step: "device", name, target: `/dev/${name}` })),
  ].sort((a, b) => depth(targetOf(a)) - depth(targetOf(b)));
  const missingLinks = [
    ...new Map([...links, ...files.links].map((link) => [link.path, link])).values(),
  ].filter(
    ({ path }) => !isMounted(path) && !isPrivate(path) && !(isWithin(path, "/tmp") && !isMounted("/tmp")),
  );
  // Links first: the place of a mount is opened without following any, so none of them can be on its way.
  return [
    ...missingLinks.map(({ path, text }): RootStep => ({ step: "symlink", text, target: path })),
    ...mounts,
    ...above(passwd(own)),
    ...(directory === sep ? [] : [{ step: "directory", target: directory } as const]),
  ];
}

const depth = (path: string): number => (path === sep ? 0 : path.split(sep).length);
