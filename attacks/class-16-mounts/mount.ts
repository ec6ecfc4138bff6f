// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export const hostile: Attack = {
  claim: "A mount is refused, and none travels back to the host",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  prepare: (site) => {
    const mounted = (): boolean => readFileSync("/proc/self/mountinfo", "utf8").includes(` ${site.granted} `);
    return {
      values: {},
      harmed: () => (mounted() ? "the mount is visible on the host" : undefined),
      dispose: () => {
        if (mounted()) execFileSync("umount", [site.granted]);
      },
    };
  },
  program: (cell) => cell.call("mount", "tmpfs", cell.granted, "tmpfs", 0, null),
};
