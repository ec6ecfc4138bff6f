// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { readdirSync } from "node:fs";

export const hostile: Attack = {
  claim: "A heap snapshot without a name is not written into a working directory that is not granted",
  proof: "host",
  prepare: (site) => ({
    values: {},
    harmed: () =>
      readdirSync(site.directory).some((name) => name.endsWith(".heapsnapshot"))
        ? "a snapshot was written"
        : undefined,
  }),
  program: (cell) => {
    cell.node("node:v8").writeHeapSnapshot();
    return cell.refused("NO_EFFECT");
  },
};
