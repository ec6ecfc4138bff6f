// SPDX-License-Identifier: Apache-2.0
// The archive that the kernel unpacks as its first root: cpio's "newc" format (initramfs buffer format, kernel docs).

/** A file or a directory of the archive; directories come before what is in them. */
export type Entry =
  | { readonly path: string; readonly directory: true }
  | { readonly path: string; readonly content: Uint8Array; readonly mode: number };

const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);

function record(inode: number, path: string, mode: number, content: Uint8Array): Buffer {
  const name = Buffer.from(`${path}\0`);
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((each) => each.toString(16).padStart(8, "0")).join("")}`);
  return Buffer.concat([
    header,
    name,
    padding(header.length + name.length),
    content,
    padding(content.length),
  ]);
}

/** The archive's bytes; everything in it belongs to root. */
export function cpio(entries: readonly Entry[]): Buffer {
  const records = entries.map((entry, index) =>
    "directory" in entry
      ? record(index + 1, entry.path, 0o40755, Buffer.alloc(0))
      : record(index + 1, entry.path, 0o100000 | entry.mode, entry.content),
  );
  return Buffer.concat([...records, record(0, "TRAILER!!!", 0, Buffer.alloc(0))]);
}
