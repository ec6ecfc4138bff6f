// SPDX-License-Identifier: Apache-2.0
import type { AloneIdentity, Host } from "./host.ts";

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
const CAP_KILL = 1n << 5n;
const CAP_SETGID = 1n << 6n;
const CAP_SETUID = 1n << 7n;
const CAP_SYS_PTRACE = 1n << 19n;
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
  const has = (...wanted: readonly bigint[]): boolean => wanted.every((one) => (capabilities & one) !== 0n);
  const root = ids.uid === 0 && whole && has(CAP_SYS_ADMIN);
  const alone = ids.uid !== 0 ? "shared" : aloneAsRoot(whole, has);
  return { kind: root ? "root" : "ordinary", uid: ids.uid, gid: ids.gid, alone };
}

/** Without a user namespace root's cells must be somebody else: a uid that owns the host's files is no wall at all. */
function aloneAsRoot(whole: boolean, has: (...wanted: readonly bigint[]) => boolean): AloneIdentity {
  if (!whole || !has(CAP_SETUID, CAP_SETGID)) return "none";
  // A supervisor of another user looks into the cell by CAP_SYS_PTRACE; a container's root lacks it.
  return has(CAP_SYS_PTRACE, CAP_KILL) ? "own" : "become";
}
