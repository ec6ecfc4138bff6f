// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { statSync } from "node:fs";

export const hostile: Attack = {
  claim: "The mode of the Node binary cannot be changed through /proc/self/exe",
  proof: "host",
  onSpoilableNode: true,
  prepare: (site) => {
    const path = site.spoilableNode();
    const before = statSync(path).ctimeMs;
    return {
      values: {},
      harmed: () => (statSync(path).ctimeMs === before ? undefined : "the launcher's metadata was changed"),
    };
  },
  program: (cell) => {
    cell.node("node:fs").chmodSync("/proc/self/exe", 0o777);
  },
};
