// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { openNeighbour } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim: "What another tenant's app writes to its /tmp is in no other's",
  proof: "secret",
  prepare: async (site) => {
    const { port, dispose } = await openNeighbour(site);
    const path = `/tmp/neighbour-${port}`;
    return {
      values: { path },
      dispose: async () => {
        await dispose();
        const { rmSync } = await import("node:fs");
        rmSync(path, { force: true });
      },
    };
  },
  environment: () => ({ TMPDIR: "/tmp" }),
  grants: () => ["--allow-fs-read=/tmp", "--allow-fs-write=/tmp"],
  program: (cell) => cell.loot(cell.node("node:fs").readFileSync(cell.text("path"))),
};
