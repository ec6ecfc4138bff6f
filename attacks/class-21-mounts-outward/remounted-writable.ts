// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "What is granted for reading is not mounted anew for writing",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => {
    const native = cell.native();
    const remountAndBind = 0x1020;
    const { mount = -1, mount_setattr: setAttributes = -1, openat = -1, write = -1 } = native.numbers;
    const attributes = Buffer.alloc(32);
    attributes.writeBigUInt64LE(1n, 8); // attr_clr: MOUNT_ATTR_RDONLY
    const recursive = 0x8000;
    native.call(mount, null, cell.granted, null, remountAndBind, null);
    native.call(setAttributes, -100, cell.granted, recursive, attributes, 32);
    const fd = cell.check(native.call(openat, -100, `${cell.granted}/file.txt`, 1, 0), "openat");
    return native.call(write, fd, "changed", 7);
  },
};
