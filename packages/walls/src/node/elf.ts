// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readSync } from "node:fs";

const HEADER_SIZE = 64;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const PT_INTERP = 3;
const PROGRAM_HEADER_SIZE = 56;
const MAX_PROGRAM_HEADERS = 128;
const MAX_PATH = 4096;

/** Part of a file that is mapped: a line of the program header table. */
export interface Segment {
  readonly type: number;
  /** Where it is in the file, and where in memory. */
  readonly offset: number;
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
}

/** What the head of a 64-bit executable says. */
export interface ElfHead {
  readonly entry: number;
  readonly segments: readonly Segment[];
}

/**
 * Reads which program loader an executable asks for (`PT_INTERP`): the jail must be able to map it.
 *
 * @param path a file
 * @returns the loader's path, or undefined where there is none: a static executable, or no 64-bit ELF at all
 */
export function readInterpreter(path: string): string | undefined {
  const file = openSync(path, "r");
  try {
    const segment = readHead(file)?.segments.find(({ type }) => type === PT_INTERP);
    if (segment === undefined) return undefined;
    const text = readAt(file, segment.offset, Math.min(segment.size, MAX_PATH));
    return text.toString("utf8").replace(/\0.*$/s, "");
  } finally {
    closeSync(file);
  }
}

/** Reads header and program headers of an open file; undefined where it is no 64-bit, little-endian ELF. */
export function readHead(file: number): ElfHead | undefined {
  const header = readAt(file, 0, HEADER_SIZE);
  if (header.length < HEADER_SIZE || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
  if (header[4] !== CLASS_64 || header[5] !== LITTLE_ENDIAN) return undefined;

  const entrySize = header.readUInt16LE(54);
  if (entrySize < PROGRAM_HEADER_SIZE) return undefined;
  const count = Math.min(header.readUInt16LE(56), MAX_PROGRAM_HEADERS);
  const table = readAt(file, Number(header.readBigUInt64LE(32)), entrySize * count);
  const segments: Segment[] = [];
  for (let at = 0; at + PROGRAM_HEADER_SIZE <= table.length; at += entrySize) {
    segments.push({
      type: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 8)),
      address: Number(table.readBigUInt64LE(at + 16)),
      size: Number(table.readBigUInt64LE(at + 32)),
    });
  }
  return { entry: Number(header.readBigUInt64LE(24)), segments };
}

/** Bytes of an open file, fewer at its end. */
export function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}
