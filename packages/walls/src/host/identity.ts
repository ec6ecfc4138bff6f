// SPDX-License-Identifier: Apache-2.0
import type { Host } from "./host.ts";

/** One line of `/proc/self/uid_map`. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** Reads `/proc/self/uid_map` or `gid_map`. */
export function parseIdMap(text: string): readonly IdRange[] {
  return text.split("\n").flatMap((line) => {
    const [inside, outside, count] = line.trim().split(/\s+/).map(Number);
    if (inside === undefined || outside === undefined || count === undefined) return [];
    return [{ inside, outside, count }];
  });
}

/** One field of `/proc/self/status`, or `undefined`. */
export function statusField(status: string, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1];
}

const ALL_IDS = 0xffffffff;
const CAP_SYS_ADMIN = 1n << 21n;

/**
 * Root is who can give each cell a uid of its own and make namespaces without a user namespace: uid 0, the whole range
 * of ids mapped, and CAP_SYS_ADMIN, which a container's root lacks.
 */
export function findIdentity(
  ids: { uid: number; gid: number },
  uidMap: string,
  status: string,
): Host["identity"] {
  const whole = parseIdMap(uidMap).reduce((sum, { count }) => sum + count, 0) >= ALL_IDS;
  const capabilities = BigInt(`0x${statusField(status, "CapEff") ?? "0"}`);
  const root = ids.uid === 0 && whole && (capabilities & CAP_SYS_ADMIN) !== 0n;
  return { kind: root ? "root" : "ordinary", uid: ids.uid, gid: ids.gid };
}
