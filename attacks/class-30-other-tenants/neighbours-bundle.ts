// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { unvisited } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim: "What the host keeps of its tenants on disk, their code and its database, is in no cell",
  proof: "secret",
  prepare: unvisited,
  program: (cell) => {
    const { readFileSync, readdirSync, statSync } = cell.node("node:fs");
    const pending = [cell.text("data")];
    let last: Error | undefined;
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      try {
        if (statSync(path).isDirectory()) {
          for (const name of readdirSync(path)) pending.push(`${path}/${name}`);
        } else {
          const text = readFileSync(path, "latin1");
          if (text.includes("SECRET-")) return cell.loot(text);
        }
      } catch (error) {
        last = error as Error;
      }
    }
    if (last !== undefined) throw last;
    return cell.refused("EMPTY");
  },
};
