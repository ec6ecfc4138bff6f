// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from "node:zlib";

/** One entry of an archive as an attacker writes it: every field as it is. */
export interface TarEntry {
  path: string;
  /** The type flag: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 directory, 6 FIFO, x pax. */
  type?: string;
  content?: string | Uint8Array;
  link?: string;
  mode?: number;
  /** What the header claims, where that is not the content's length. */
  size?: number;
}

/** A tar archive, byte by byte. */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(block), Buffer.alloc(1024)]);
}

/** The same, compressed. */
export function tarGz(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(tar(entries)));
}

/** A pax header entry, which changes the fields of the next. */
export function pax(records: Readonly<Record<string, string>>): TarEntry {
  const lines = Object.entries(records).map(([name, value]) => {
    const rest = ` ${name}=${value}\n`;
    const bytes = Buffer.byteLength(rest);
    let length = bytes + 1;
    while (String(length).length + bytes !== length) length += 1;
    return `${length}${rest}`;
  });
  return { path: "PaxHeader", type: "x", content: lines.join("") };
}

function block({ path, type = "0", content = "", link = "", mode = 0o644, size }: TarEntry): Buffer {
  const body = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size ?? body.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write("ustar\u000000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, "latin1");
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
