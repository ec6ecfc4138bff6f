// SPDX-License-Identifier: Apache-2.0
import { chmodSync, statSync } from "node:fs";
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "The mode of the Node binary cannot be changed through /proc/self/exe",
  proof: "host",
  onSpoilableNode: true,
  prepare: (site) => {
    const path = site.spoilableNode();
    chmodSync(path, 0o755);
    return {
      values: {},
      harmed: () => ((statSync(path).mode & 0o777) === 0o755 ? undefined : "the launcher's mode was changed"),
      dispose: () => chmodSync(path, 0o777),
    };
  },
  program: (cell) => {
    cell.node("node:fs").chmodSync("/proc/self/exe", 0o715);
  },
};
