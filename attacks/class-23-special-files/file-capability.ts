// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { copyFileSync } from "node:fs";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "No executable in a granted directory is given capabilities (security.capability)",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  control: { ordinary: { none: "the kernel asks for CAP_SETFCAP" } },
  prepare: (site) => {
    copyFileSync(site.native.tool, join(site.granted, "tool"));
    return unchanged(join(site.granted, "tool"));
  },
  program: (cell) => {
    const capabilities = Buffer.alloc(20);
    capabilities.writeUInt32LE(0x02000001, 0); // VFS_CAP_REVISION_2, effective
    capabilities.writeUInt32LE(0x00000400, 4); // CAP_NET_BIND_SERVICE
    return cell.call("setxattr", `${cell.granted}/tool`, "security.capability", capabilities, 20, 0);
  },
};
