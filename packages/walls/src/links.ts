// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readlinkSync } from "node:fs";
import { dirname, isAbsolute, join, sep } from "node:path";

/** A symbolic link on the way to a path. */
export interface Link {
  readonly path: string;
  readonly text: string;
}

/** Where a path leads, and the links that one meets on the way there. */
export interface Resolved {
  readonly real: string;
  readonly links: readonly Link[];
}

// The kernel's own bound (path_resolution(7)).
const MAX_LINKS = 40;

function linkText(path: string): string | undefined {
  try {
    // Most are no links, and the error of a readlink on them takes ten times as long as this.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return undefined;
    return readlinkSync(path);
  } catch {
    return undefined; // not there: the caller finds out when it looks at the whole path
  }
}

const components = (path: string): string[] => path.split(sep).filter((name) => name !== "" && name !== ".");

/**
 * Follows every symbolic link of an absolute path, as the kernel does, and keeps the links: a cell that is granted
 * `/srv/current` has to find both the link and what it points to.
 *
 * @throws Error with code `ELOOP` after 40 links
 */
export function resolveLinks(path: string): Resolved {
  const links: Link[] = [];
  const waiting = components(path);
  let real: string = sep;
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    // `..` means the parent of where the links have led, which the text alone cannot tell.
    const next = name === ".." ? dirname(real) : join(real, name);
    const text = linkText(next);
    if (text === undefined) {
      real = next;
      continue;
    }
    links.push({ path: next, text });
    if (links.length > MAX_LINKS)
      throw Object.assign(new Error(`too many links in ${path}`), { code: "ELOOP" });
    waiting.unshift(...components(text));
    if (isAbsolute(text)) real = sep;
  }
  return { real, links };
}
