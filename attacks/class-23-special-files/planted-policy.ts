// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nextRun } from "../harness/next-run.ts";

const same =
  "the file is left with walls and without: what is tested is that nobody takes it unless it is named";

export const hostile: Attack = {
  claim:
    "A cordon.json that a program leaves in its directory, or comes with, grants nothing to the next run there",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  control: { root: { none: same }, ordinary: { none: same } },
  prepare: (site) => ({
    values: {},
    harmed: () => {
      const next = join(site.directory, "next.cjs");
      writeFileSync(
        next,
        `console.log(require("node:fs").readFileSync(${JSON.stringify(site.secret)}, "utf8"))`,
      );
      try {
        const unnamed = nextRun(site.granted, next);
        if (!unnamed.stderr.includes("--policy=cordon.json")) return `it was not told of: ${unnamed.stderr}`;
        if (unnamed.stdout.includes("SECRET")) return "the next run read the secret";
        // It would have been enough.
        return nextRun(site.granted, "--policy=cordon.json", next).stdout.includes("SECRET")
          ? undefined
          : "the policy grants nothing";
      } finally {
        rmSync(next);
      }
    },
  }),
  program: (cell) => {
    const fs = cell.node("node:fs");
    cell.setup(() => fs.writeFileSync(`${cell.granted}/cordon.json`, '{"allow": {"fs.read": ["/"]}}'));
    return cell.refused("NO_EFFECT", "the host sees what the next run makes of it");
  },
};
