// SPDX-License-Identifier: Apache-2.0
import { readlinkSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";

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
    return readlinkSync(path);
  } catch {
    return undefined; // no link, or not there: the caller finds out when it looks at the whole path
  }
}

/**
 * Follows every symbolic link of an absolute path, as the kernel does, and keeps the links: a cell that is granted
 * `/srv/current` has to find both the link and what it points to.
 *
 * @throws Error with code `ELOOP` after 40 links
 */
export function resolveLinks(path: string): Resolved {
  const links: Link[] = [];
  const waiting = path.split(sep).filter(Boolean);
  let real: string = sep;
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const next = join(real, name);
    const text = linkText(next);
    if (text === undefined) {
      real = next;
      continue;
    }
    links.push({ path: next, text });
    if (links.length > MAX_LINKS)
      throw Object.assign(new Error(`too many links in ${path}`), { code: "ELOOP" });
    waiting.unshift(...resolve(dirname(next), text).split(sep).filter(Boolean));
    real = sep;
  }
  return { real, links };
}
