// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "The flags of an inode (chattr) cannot be set through a descriptor that is open for reading alone",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => {
    const fd = cell.setup(() => cell.call("openat", -100, `${cell.granted}/file.txt`, 0, 0));
    const setFlags = 0x40086602;
    const noDump = Buffer.alloc(8);
    noDump.writeUInt32LE(0x40, 0);
    return cell.call("ioctl", fd, setFlags, noDump);
  },
};
