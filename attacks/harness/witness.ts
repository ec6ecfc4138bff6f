// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { Prepared, Site } from "./attack.ts";

/** Watches one file: its content, its owner, its mode and the time of its last change of any kind. */
export function unchanged(path: string): Prepared {
  const look = (): string => {
    const { mode, uid, gid, ctimeMs, mtimeMs } = lstatSync(path);
    return [mode, uid, gid, ctimeMs, mtimeMs, readFileSync(path, "latin1")].join(" ");
  };
  const before = look();
  return { values: {}, harmed: () => (look() === before ? undefined : `${path} was changed`) };
}

/** Watches what is left in a directory: nothing may lie there of which `isHarm` holds. */
export function nothingLeft(
  directory: string,
  what: string,
  isHarm: (name: string, facts: Stats) => boolean,
): Prepared {
  return {
    values: {},
    harmed: () => {
      const found = readdirSync(directory).filter((name) => isHarm(name, lstatSync(join(directory, name))));
      return found.length === 0 ? undefined : `${what} was left: ${found.join()}`;
    },
  };
}

/** No setuid or setgid bit may be left in the granted directory. */
export const noSetuidBit = (site: Site): Prepared =>
  nothingLeft(site.granted, "a setuid or setgid bit", (_, { mode }) => (mode & 0o6000) !== 0);
