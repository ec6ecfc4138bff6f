// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { canaryProcess } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "Walking all of /proc finds no environment but one's own",
  proof: "secret",
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: {}, dispose: canary.dispose };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    const all: string[] = [];
    for (const name of fs.readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        all.push(fs.readFileSync(`/proc/${name}/environ`, "latin1"));
      } catch {}
    }
    // Other runs have canaries as well: all of them are said.
    const found = all.filter((text) => text.includes("SECRET-"));
    if (found.length === 0) cell.refused("EMPTY");
    console.log(found.join("\n"));
    return "found";
  },
};
