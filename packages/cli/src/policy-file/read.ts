// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** No policy that somebody wrote is as long; a program that was let into the directory may have left one that is. */
const MOST_BYTES = 1024 * 1024;

/**
 * Reads a policy file. A program may have written in the place of the one that the next run names: so a FIFO is not
 * waited for, and neither a device without end nor a file that is all hole fills our memory.
 *
 * @throws Error with what is wrong with it, or the kernel's
 */
export function readPolicyText(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const facts = fstatSync(fd);
    if (!facts.isFile()) throw new Error(`${path} is no regular file`);
    const bytes = Buffer.allocUnsafe(MOST_BYTES + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length <= MOST_BYTES; length += got)
      got = readSync(fd, bytes, length, bytes.length - length, length);
    if (length > MOST_BYTES) throw new Error(`${path} is longer than ${MOST_BYTES} bytes`);
    return bytes.toString("utf8", 0, length);
  } finally {
    closeSync(fd);
  }
}
