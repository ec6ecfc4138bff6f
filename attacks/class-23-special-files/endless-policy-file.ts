// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nextRun } from "../harness/next-run.ts";

const same = "the file is left with walls and without: what is tested is that Cordon reads it with a bound";

export const hostile: Attack = {
  claim:
    "A file without end that is left in the place of the policy that the next run names does not stall that run",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  control: { root: { none: same }, ordinary: { none: same } },
  prepare: (site) => ({
    values: {},
    harmed: () => {
      const next = nextRun(site.granted, "--policy=cordon.json", site.program);
      return next.status === 125 && next.stderr.includes("longer than")
        ? undefined
        : `the next run: ${next.status ?? next.signal} ${next.stderr}`;
    },
  }),
  program: (cell) => {
    const fs = cell.node("node:fs");
    cell.setup(() => {
      fs.writeFileSync(`${cell.granted}/cordon.json`, "{");
      fs.truncateSync(`${cell.granted}/cordon.json`, 2 ** 40);
    });
    return cell.refused("NO_EFFECT", "the host sees what the next run makes of it");
  },
};
