// SPDX-License-Identifier: Apache-2.0
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { CordonError, type IntegrityRule, LISTED, type Policy } from "@cordon/policy";
import { keepFiles } from "./kept-files.ts";
import { resolveLinks } from "./links.ts";
import { type Pin, pinFile } from "./pins.ts";

function pinOf(rule: IntegrityRule, real: string): Pin {
  if (statSync(real, { throwIfNoEntry: false }) === undefined) {
    const values = { origin: rule.origin, path: rule.path, expected: rule.hash };
    throw new CordonError("ERR_INTEGRITY_MISSING", values, { resource: rule.path });
  }
  return pinFile(real, [rule.hash], rule.origin, rule.hash.slice(0, rule.hash.indexOf("-")));
}

/** Every file below a directory; what is neither a file nor a directory (a link, too) counts as a file that nobody pinned. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function refuseUnlisted(rule: IntegrityRule, pinned: ReadonlySet<string>): void {
  const { real } = resolveLinks(rule.path);
  if (statSync(real, { throwIfNoEntry: false })?.isDirectory() !== true) {
    const values = { origin: rule.origin, path: rule.path, expected: "a directory" };
    throw new CordonError("ERR_INTEGRITY_MISSING", values, { resource: rule.path });
  }
  const path = filesBelow(real).find((file) => !pinned.has(file));
  if (path === undefined) return;
  const values = { origin: rule.origin, path, directory: rule.path };
  throw new CordonError("ERR_INTEGRITY_UNLISTED", values, { resource: path });
}

/**
 * Holds the files of `integrity` against their hashes. The jail holds what it then mounts against the pins.
 *
 * @throws CordonError `ERR_INTEGRITY`, `ERR_INTEGRITY_MISSING`, `ERR_INTEGRITY_UNLISTED`
 */
export function checkIntegrity({ integrity }: Policy): readonly Pin[] {
  if (integrity.length === 0) return [];
  const pins = new Map<string, Pin>();
  const files = integrity.filter(({ hash }) => hash !== LISTED);
  for (const rule of files) {
    const { real } = resolveLinks(rule.path);
    pins.set(real, pinOf(rule, real));
  }
  const pinned = new Set(pins.keys());
  for (const rule of integrity) if (rule.hash === LISTED) refuseUnlisted(rule, pinned);
  return [...pins.values()];
}

/** What is pinned may not be written, or it would be pinned for a moment. */
export function protectPinned(policy: Policy): Policy {
  return keepFiles(policy, policy.integrity);
}
