// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { watchMounts } from "../harness/mounts.ts";

export const hostile: Attack = {
  claim: "A tree that was opened (open_tree) is not moved to where the host sees it",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  prepare: (site) => {
    mkdirSync(join(site.granted, "target"));
    return watchMounts(site);
  },
  program: (cell) => {
    const clone = 1;
    const emptyPath = 0x4;
    const tree = cell.call("open_tree", -100, cell.granted, clone);
    const moved = cell.call("move_mount", tree, "", -100, `${cell.granted}/target`, emptyPath);
    return cell.refused("NO_EFFECT", String(moved));
  },
};
