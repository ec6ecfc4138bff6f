// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readFileSync } from "node:fs";
import type { Prepared } from "./attack.ts";

/** Watches one file: its content, its owner, its mode and the time of its last change of any kind. */
export function unchanged(path: string): Prepared {
  const look = (): string => {
    const { mode, uid, gid, ctimeMs, mtimeMs } = lstatSync(path);
    return [mode, uid, gid, ctimeMs, mtimeMs, readFileSync(path, "latin1")].join(" ");
  };
  const before = look();
  return { values: {}, harmed: () => (look() === before ? undefined : `${path} was changed`) };
}
