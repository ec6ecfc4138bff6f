// SPDX-License-Identifier: Apache-2.0
import { pathCovers } from "../paths.ts";

/** Directories that many programs share: files in them are granted one by one, never the whole. */
const SHARED: ReadonlySet<string> = new Set([
  ..."/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /media /mnt /opt /proc /root /run /sbin /snap /srv".split(
    " ",
  ),
  ..."/sys /tmp /usr /usr/bin /usr/include /usr/lib /usr/lib64 /usr/libexec /usr/local /usr/local/bin".split(
    " ",
  ),
  ..."/usr/local/etc /usr/local/lib /usr/local/sbin /usr/local/share /usr/sbin /usr/share /usr/src".split(
    " ",
  ),
  ..."/var /var/cache /var/lib /var/log /var/run /var/spool /var/tmp /var/www".split(" "),
]);

/** Whether a rule may grant a directory with all below it. Never the root, a home, what lies above one, or a system's. */
export function mayGrantWhole(directory: string, home: string): boolean {
  return !SHARED.has(directory) && !pathCovers(directory, home);
}

export const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf("/"), 1));
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Whether `path` lies below `directory` or is it. */
export const isWithin = (path: string, directory: string): boolean => pathCovers(directory, path);

// Where the loader looks for libraries: a grant of `run` brings them (packages/walls/src/resolve.ts).
const LIBRARIES = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];
export const isSystemLibrary = (path: string): boolean => LIBRARIES.some((place) => isWithin(path, place));

// A cell has these of its own, or Node and libc get along without.
const OWN = new Set([
  ..."/etc/passwd /etc/group /etc/hosts /etc/nsswitch.conf /etc/resolv.conf /etc/host.conf".split(" "),
  "/usr/share/locale/locale.alias",
  ..."/etc/gai.conf /etc/ld.so.cache /etc/ld.so.preload /etc/timezone /etc/locale.alias".split(" "),
]);
const OWN_PLACES = ["/proc", "/sys", "/dev"];

// The time of a cell that has no time zone; Node's cache of compiled code, which it does without.
const NEUTRAL =
  /^\/usr\/share\/zoneinfo\/(?:Etc\/)?(?:UTC|UCT|Zulu|Universal|GMT)$|\/node-compile-cache(?:\/|$)/;

/** Whether a cell needs no grant for a path of the host's. */
export function isOwn(path: string): boolean {
  return OWN.has(path) || NEUTRAL.test(path) || OWN_PLACES.some((place) => isWithin(path, place));
}

/** The `node_modules` directory that a path is in: the outermost one. */
export function packagesOf(path: string): string | undefined {
  const at = path.indexOf("/node_modules/");
  if (at >= 0) return path.slice(0, at + "/node_modules".length);
  return path.endsWith("/node_modules") ? path : undefined;
}

/** The package that a path is in: the directory behind the innermost `node_modules`. */
export function packageOf(path: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/@][^/]*(?=\/|$)/.exec(path)?.[0];
}
