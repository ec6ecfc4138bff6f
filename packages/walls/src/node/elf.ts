// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readSync } from "node:fs";

const HEADER_SIZE = 64;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const PT_INTERP = 3;
const PROGRAM_HEADER_SIZE = 56;
const MAX_PROGRAM_HEADERS = 128;
const MAX_PATH = 4096;

/**
 * Reads which program loader an executable asks for (`PT_INTERP`): the jail must be able to map it.
 *
 * @param path a file
 * @returns the loader's path, or undefined where there is none: a static executable, or no 64-bit ELF at all
 */
export function readInterpreter(path: string): string | undefined {
  const file = openSync(path, "r");
  try {
    return interpreterOf(file);
  } finally {
    closeSync(file);
  }
}

function interpreterOf(file: number): string | undefined {
  const header = readAt(file, 0, HEADER_SIZE);
  if (header.length < HEADER_SIZE || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
  if (header[4] !== CLASS_64 || header[5] !== LITTLE_ENDIAN) return undefined;

  const entrySize = header.readUInt16LE(54);
  if (entrySize < PROGRAM_HEADER_SIZE) return undefined;
  const count = Math.min(header.readUInt16LE(56), MAX_PROGRAM_HEADERS);
  const table = readAt(file, Number(header.readBigUInt64LE(32)), entrySize * count);
  for (let at = 0; at + PROGRAM_HEADER_SIZE <= table.length; at += entrySize) {
    if (table.readUInt32LE(at) !== PT_INTERP) continue;
    const size = Math.min(Number(table.readBigUInt64LE(at + 32)), MAX_PATH);
    const text = readAt(file, Number(table.readBigUInt64LE(at + 8)), size);
    return text.toString("utf8").replace(/\0.*$/s, "");
  }
  return undefined;
}

function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}
