// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { readFileSync } from "node:fs";

export const hostile: Attack = {
  claim: "A granted child's environment holds nothing of the host's that is not granted",
  proof: "secret",
  grants: () => ["--allow-fs-read=/usr/bin/env", "--allow-run=/usr/bin/env"],
  environment: (site) => ({ CANARY: readFileSync(site.secret, "utf8").trim() }),
  program: (cell) => {
    const { spawnSync } = cell.node("node:child_process");
    const ended = spawnSync("/usr/bin/env", [], { encoding: "utf8" });
    if (ended.error !== undefined) throw ended.error;
    return cell.loot(ended.stdout);
  },
};
