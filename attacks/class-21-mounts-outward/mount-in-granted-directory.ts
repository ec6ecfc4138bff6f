// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { watchMounts } from "../harness/mounts.ts";

export const hostile: Attack = {
  claim: "A mount over a granted directory does not come about, nor travel back to the host",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  prepare: watchMounts,
  program: (cell) => {
    const shared = 1 << 20;
    const native = cell.native();
    // Where propagation was private, it is made shared first.
    native.call(native.numbers["mount"] ?? -1, null, cell.granted, null, shared, null);
    return cell.refused("NO_EFFECT", String(cell.call("mount", "none", cell.granted, "tmpfs", 0, "size=4k")));
  },
};
