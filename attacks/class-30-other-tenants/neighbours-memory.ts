// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { unvisited } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim: "Another tenant's files are not found by way of its process either: /proc/PID/root, cwd, fd",
  proof: "secret",
  prepare: unvisited,
  control: {},
  program: (cell) => {
    const { readFileSync } = cell.node("node:fs");
    let last: unknown;
    for (const path of [
      `/proc/${cell.number("pid")}/root/tmp/neighbour-${cell.number("port")}`,
      `/proc/${cell.number("pid")}/cwd/../../../../../../tmp/neighbour-${cell.number("port")}`,
    ]) {
      try {
        return cell.loot(readFileSync(path));
      } catch (error) {
        last = error;
      }
    }
    throw last;
  },
};
