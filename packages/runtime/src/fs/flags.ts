// SPDX-License-Identifier: Apache-2.0
import { constants } from "node:fs";

const { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = constants;
const READ = ["fs.read"] as const;
const WRITE = ["fs.write"] as const;
const BOTH = ["fs.read", "fs.write"] as const;

/** Which grants opening a file with these flags needs, in either form that Node takes. */
export function scopesOfFlags(flags: unknown): readonly ("fs.read" | "fs.write")[] {
  if (typeof flags === "number") {
    if ((flags & O_RDWR) !== 0) return BOTH;
    return (flags & (O_WRONLY | O_APPEND | O_CREAT | O_TRUNC)) !== 0 ? WRITE : READ;
  }
  if (flags === "r" || flags === "rs" || flags === "sr" || typeof flags !== "string") return READ;
  return flags[flags.length - 1] === "+" ? BOTH : WRITE;
}
