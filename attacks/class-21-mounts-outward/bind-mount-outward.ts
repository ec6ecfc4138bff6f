// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { watchMounts } from "../harness/mounts.ts";

export const hostile: Attack = {
  claim: "A granted directory is not bound over another one that the host sees",
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
    const bind = 0x1000;
    return cell.refused(
      "NO_EFFECT",
      String(cell.call("mount", cell.granted, `${cell.granted}/target`, null, bind, null)),
    );
  },
};
