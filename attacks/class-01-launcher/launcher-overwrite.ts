// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { closeSync, openSync, readSync } from "node:fs";

const padding = 9; // a byte of an ELF header that nothing reads

function byteAt(path: string, offset: number): number {
  const byte = Buffer.alloc(1);
  const fd = openSync(path, "r");
  readSync(fd, byte, 0, 1, offset);
  closeSync(fd);
  return byte[0] ?? 0;
}

export const hostile: Attack = {
  claim:
    "The Node binary cannot be written through /proc/self/exe, by the program or by what it turns into (CVE-2019-5736)",
  proof: "host",
  onSpoilableNode: true,
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.tool}`],
  prepare: (site) => {
    const marker = 1 + ((byteAt(site.spoilableNode(), padding) + 1) % 250);
    return {
      values: { marker },
      harmed: () =>
        byteAt(site.spoilableNode(), padding) === marker ? "Node's binary was changed" : undefined,
    };
  },
  program: (cell) => {
    // A descriptor without O_CLOEXEC: it outlives the image, and then nothing executes the file any more.
    const path = 0o10000000;
    cell.call("openat", -100, "/proc/self/exe", path, 0);
    const list = cell.argumentList(cell.tool, "overwrite", "9", cell.text("marker"));
    cell.call("execve", cell.tool, list, null);
  },
};
