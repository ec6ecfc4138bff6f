// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { CordonError, type Origin } from "@cordon/policy";

/** A file whose contents were hashed, by what the kernel says of it: the jail holds what it mounts against this. */
export interface Pin {
  readonly path: string;
  /** Its hash, by whichever function it was pinned. */
  readonly sha256: string;
  /** Decimal numbers; times are nanoseconds. */
  readonly device: string;
  readonly inode: string;
  readonly size: string;
  readonly modified: string;
  readonly changed: string;
}

const CHUNK = 1024 * 1024;
// The kernel marks changes by a clock of at most 10 ms: a file that was changed within it could be so once more unseen.
const TICK = 20;

/**
 * Hashes a file through one descriptor, and notes which file that was and when it was last changed.
 *
 * @param path without links in it
 * @param algorithm where the hashes are those of Subresource Integrity, theirs; otherwise they are SHA-256, hexadecimal
 * @param hashes any of these will do
 * @throws CordonError `ERR_INTEGRITY` if none of them is the file's; `ERR_NOT_ENFORCEABLE` for what is no file
 */
export function pinFile(path: string, hashes: readonly string[], origin: Origin, algorithm?: string): Pin {
  // A FIFO would wait for its writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const before = settled(file);
    if (!before.isFile()) {
      throw new CordonError(
        "ERR_NOT_ENFORCEABLE",
        {
          origin,
          what: `one hash for ${path}, which is ${before.isDirectory() ? "a directory" : "no file"},`,
        },
        { resource: path, remedy: "Pin each of its files by its own path and hash." },
      );
    }
    const got = hashOf(file, algorithm);
    const isStill = before.ctimeNs === fstatSync(file, { bigint: true }).ctimeNs;
    if (!hashes.includes(got) || !isStill) {
      throw new CordonError(
        "ERR_INTEGRITY",
        {
          origin,
          path,
          expected: hashes.join(" or "),
          got: isStill ? got : "of a file that is being written",
        },
        { resource: path },
      );
    }
    return {
      path,
      sha256: got,
      device: String(before.dev),
      inode: String(before.ino),
      size: String(before.size),
      modified: String(before.mtimeNs),
      changed: String(before.ctimeNs),
    };
  } finally {
    closeSync(file);
  }
}

/** What a file is, once its last change is so long ago that any other will be seen. */
function settled(file: number): BigIntStats {
  const stats = fstatSync(file, { bigint: true });
  const age = Date.now() - Number(stats.ctimeMs);
  if (age < 0 || age >= TICK) return stats;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TICK);
  return fstatSync(file, { bigint: true });
}

function hashOf(file: number, algorithm: string | undefined): string {
  // Loaded here, because it takes 8 ms and few policies pin anything.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash(algorithm ?? "sha256");
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer))
    hash.update(buffer.subarray(0, length));
  return algorithm === undefined ? hash.digest("hex") : `${algorithm}-${hash.digest("base64")}`;
}
