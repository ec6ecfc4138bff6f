// SPDX-License-Identifier: Apache-2.0

// Our own constants: distribution headers are older than the kernels they meet.
// What came after ABI 6 (audit, TSYNC, unix sockets by path, UDP) is not handled yet: see landlockMasks.

/** A right with its bit in the mask of the kernel, and the Landlock ABI that brought it. */
export interface LandlockRight {
  readonly name: string;
  readonly bit: number;
  readonly abi: number;
}

const right = (name: string, bit: number, abi: number): LandlockRight => Object.freeze({ name, bit, abi });

/** File rights (LANDLOCK_ACCESS_FS_*). */
export const landlockFsRights: readonly LandlockRight[] = Object.freeze([
  right("execute", 0, 1),
  right("write_file", 1, 1),
  right("read_file", 2, 1),
  right("read_dir", 3, 1),
  right("remove_dir", 4, 1),
  right("remove_file", 5, 1),
  right("make_char", 6, 1),
  right("make_dir", 7, 1),
  right("make_reg", 8, 1),
  right("make_sock", 9, 1),
  right("make_fifo", 10, 1),
  right("make_block", 11, 1),
  right("make_sym", 12, 1),
  right("refer", 13, 2),
  right("truncate", 14, 3),
  right("ioctl_dev", 15, 5),
]);

/** Network rights (LANDLOCK_ACCESS_NET_*). */
export const landlockNetRights: readonly LandlockRight[] = Object.freeze([
  right("bind_tcp", 0, 4),
  right("connect_tcp", 1, 4),
]);

/** Scopes (LANDLOCK_SCOPE_*). */
export const landlockScopes: readonly LandlockRight[] = Object.freeze([
  right("abstract_unix_socket", 0, 6),
  right("signal", 1, 6),
]);

/** The masks of `struct landlock_ruleset_attr`: everything that is refused unless a rule allows it. */
export interface LandlockMasks {
  readonly fs: number;
  readonly net: number;
  readonly scope: number;
}

function mask(rights: readonly LandlockRight[], abi: number, names?: ReadonlySet<string>): number {
  return rights
    .filter((entry) => entry.abi <= abi && (names === undefined || names.has(entry.name)))
    .reduce((sum, entry) => sum | (1 << entry.bit), 0);
}

/**
 * Everything that Landlock of this ABI can refuse. A kernel of a later ABI than Cordon knows takes the masks of the
 * latest one that it knows: rights that came later need names before they can be granted.
 */
export function landlockMasks(abi: number): LandlockMasks {
  return {
    fs: mask(landlockFsRights, abi),
    net: mask(landlockNetRights, abi),
    scope: mask(landlockScopes, abi),
  };
}

/** What a path rule lets a program do. */
export interface FsAccess {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  /** A rule on what is no directory may only name rights for files, or the kernel answers EINVAL. Default: true. */
  readonly directory?: boolean;
}

const fileRights = new Set(["execute", "write_file", "read_file", "truncate", "ioctl_dev"]);
const rightsOf = {
  execute: ["execute"],
  read: ["read_file", "read_dir"],
  // Device nodes, FIFOs and sockets are never made inside a cell; ioctl on devices is never granted.
  write: ["write_file", "remove_dir", "remove_file", "make_dir", "make_reg", "make_sym", "refer", "truncate"],
} as const;

/**
 * The `allowed_access` mask of a path rule.
 *
 * @example
 * fsRights({ read: true, write: false, execute: false }, 6); // 0b1100: read_file, read_dir
 */
export function fsRights(access: FsAccess, abi: number): number {
  const names = new Set<string>();
  if (access.read) for (const name of rightsOf.read) names.add(name);
  if (access.write) for (const name of rightsOf.write) names.add(name);
  if (access.execute) for (const name of rightsOf.execute) names.add(name);
  if (access.directory === false) {
    for (const name of names) if (!fileRights.has(name)) names.delete(name);
  }
  return mask(landlockFsRights, abi, names);
}

/** The names of the rights in a mask, for `cordon explain`. */
export function landlockRightNames(rights: readonly LandlockRight[], bits: number): readonly string[] {
  return rights.filter((entry) => (bits & (1 << entry.bit)) !== 0).map((entry) => entry.name);
}
