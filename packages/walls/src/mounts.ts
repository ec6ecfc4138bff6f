// SPDX-License-Identifier: Apache-2.0
import { statSync } from "node:fs";
import { sep } from "node:path";
import { CordonError } from "@cordon/policy";
import { type Access, type AccessTree, isWithin, type Mark } from "./access.ts";
import { type Link, resolveLinks } from "./links.ts";
import type { ResolvedRule } from "./paths.ts";
import type { RootStep } from "./plan.ts";
import type { ProgramFiles } from "./program-files.ts";
import { SCRATCH } from "./scratch.ts";
import type { CellUser } from "./system.ts";

/** What the private parts of a cell's file system look like. */
export interface PrivateFiles {
  /** Bytes and files that the private /tmp may hold. */
  readonly scratch: { readonly bytes: number; readonly inodes: number };
  readonly uid: number;
  readonly gid: number;
  /** Who the cell's user is called. */
  readonly user: CellUser;
}

const DEVICES = ["null", "zero", "full", "random", "urandom"];
const isCode = (access: Access): boolean => access.execute || access.map;
const isVisible = (access: Access): boolean => access.read || access.write;
const isSame = (a: Access, b: Access): boolean =>
  isVisible(a) ? isVisible(b) && a.write === b.write && isCode(a) === isCode(b) : !isVisible(b);

/** The part of the tree that is the cell's own, whatever the policy says of the host's. */
const isPrivate = (path: string): boolean => isWithin(path, "/proc") || isWithin(path, "/dev");
const PRIVATE_PLACES = ["/proc", "/dev", ...DEVICES.map((name) => `/dev/${name}`)];

/**
 * A cell has a /proc and a /dev of its own, whatever is granted: a grant of anything else in the host's would do nothing.
 *
 * @throws CordonError `ERR_NOT_ENFORCEABLE`
 */
export function refusePrivateGrants(grants: readonly ResolvedRule[]): void {
  for (const { path, origin } of grants) {
    if (!isPrivate(path) || PRIVATE_PLACES.includes(path)) continue;
    throw new CordonError(
      "ERR_NOT_ENFORCEABLE",
      { origin, what: `a grant of the host's ${path}` },
      { resource: path, remedy: "Leave the grant out: a cell has a /proc and a /dev of its own." },
    );
  }
}

// A denied directory with a path inside that the cell needs is covered by an empty one in which that path's place can be made.
function covering(mark: Mark, visible: readonly string[]): RootStep {
  return mark.directory && visible.some((path) => isWithin(path, mark.path))
    ? { step: "tmpfs", target: mark.path, bytes: 65_536, inodes: 1024, mode: 0o555 }
    : { step: "mask", target: mark.path, directory: mark.directory };
}

/** A pinned file has a mount of its own also where its directory would do: that one could get another file by its name. */
const needsOwn = ({ access, above, pinned }: Mark): boolean =>
  !isSame(access, above) || (pinned && isVisible(access));

function grantSteps(tree: AccessTree, ours: readonly string[], mapOwner: boolean): RootStep[] {
  const granted = tree.marks.filter(({ access }) => isVisible(access)).map(({ path }) => path);
  const visible = [...granted, ...ours];
  return tree.marks
    .filter((mark) => !isPrivate(mark.path) && needsOwn(mark))
    .map((mark) =>
      isVisible(mark.access)
        ? {
            step: "mount",
            source: mark.path,
            target: mark.path,
            use: { write: mark.access.write, execute: isCode(mark.access) },
            directory: mark.directory,
            mapOwner,
          }
        : covering(mark, visible),
    );
}

const file = (target: string, contents: string): RootStep => ({
  step: "file",
  target,
  mode: 0o444,
  contents,
});

// Whom a cell asks for names: the broker, which answers there (jail/src/dns/resolver.c).
const RESOLV_CONF = "/etc/resolv.conf";
const NAMESERVER = "nameserver 127.0.0.1\n";

/** Where the host's resolv.conf is granted, the cell's lies over it: the nameservers in the host's are out of reach. */
function coverNameservers(isMounted: (path: string) => boolean): RootStep[] {
  const { real } = resolveLinks(RESOLV_CONF);
  return isMounted(real) && isFile(real) ? [file(real, NAMESERVER)] : [];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function passwd({ uid, gid, user }: PrivateFiles): RootStep[] {
  return [
    file("/etc/passwd", `${user.name}:x:${uid}:${gid}::${user.home}:${user.shell}\n`),
    file("/etc/group", `${user.name}:x:${gid}:\n`),
    file("/etc/hosts", "127.0.0.1 localhost cordon\n::1 localhost\n"),
    file(RESOLV_CONF, NAMESERVER),
    file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
  ];
}

/**
 * The steps that build a cell's root: the program's own files, what the policy grants, what it denies covered, and a
 * private /tmp, /dev, /proc and /etc. What is not named here does not exist for the cell.
 *
 * @param granting the links on the way to what is granted
 * @param mapOwner whether the owner of what is granted becomes the cell's user
 * @param directory the working directory, without links; an empty one is made where nothing is granted
 * @param more steps of other concepts
 */
export function rootSteps(
  tree: AccessTree,
  granting: readonly Link[],
  files: ProgramFiles,
  own: PrivateFiles,
  mapOwner: boolean,
  directory: string,
  more: readonly RootStep[] = [],
): readonly RootStep[] {
  const isMounted = (path: string): boolean => isVisible(tree.at(path));
  const ours: RootStep[] = files.mounts.map(({ source, target, use, directory }) => ({
    step: "mount",
    source,
    target,
    use: { write: false, execute: use !== "read" },
    directory,
    mapOwner: false,
  }));
  const links = new Map([...granting, ...files.links].map((link) => [link.path, link]));
  const missingLinks = [...links.values()].filter(({ path }) => !isMounted(path) && !isPrivate(path));
  const needed = [...ours.map(({ target }) => target), ...missingLinks.map(({ path }) => path), directory];
  const granted = grantSteps(tree, needed, mapOwner);
  // Whoever works in a directory can be moved out of it only if it is a mount of its own (jail/src/narrow/narrow_mounts.c).
  const isAnchored = directory === SCRATCH || granted.some(({ target }) => target === directory);
  const mayLose = isMounted(directory) || isWithin(directory, SCRATCH);
  const anchor: RootStep[] =
    directory === sep || isAnchored || !mayLose || isPrivate(directory)
      ? []
      : [{ step: "anchor", target: directory }];
  const isSettled = (path: string): boolean => granted.some(({ target }) => isWithin(path, target));
  const scratch: RootStep = { step: "tmpfs", target: SCRATCH, ...own.scratch, mode: 0o1777 };
  // By depth: a place is made in what is mounted above it, and no target leads through a link.
  const places = [
    ...granted,
    ...ours,
    ...more,
    ...(isMounted(SCRATCH) ? [] : [scratch]),
    { step: "proc", target: "/proc" } as const,
    ...DEVICES.map((name): RootStep => ({ step: "device", name, target: `/dev/${name}` })),
    ...missingLinks.map(({ path, text }): RootStep => ({ step: "symlink", text, target: path })),
  ].sort((a, b) => depth(a.target) - depth(b.target));
  return [
    ...places,
    ...passwd(own).filter(({ target }) => !isSettled(target) && !links.has(target)),
    ...coverNameservers(isMounted),
    ...(directory === sep ? [] : [{ step: "directory", target: directory } as const]),
    ...anchor,
  ];
}

/** What of these steps is no grant, and stays whatever is given up. */
export function ownPlaces(files: ProgramFiles): readonly string[] {
  return [...files.mounts.map(({ target }) => target), "/proc", ...DEVICES.map((name) => `/dev/${name}`)];
}

const depth = (path: string): number => (path === sep ? 0 : path.split(sep).length);
