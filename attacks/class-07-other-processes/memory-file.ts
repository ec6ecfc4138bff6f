// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { canaryProcess } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "/proc/PID/mem of another process cannot be read",
  proof: "secret",
  prepare: async (site) => {
    const { pid, address, length, dispose } = await canaryProcess(site);
    return { values: { pid, address, length }, dispose };
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    const fd = fs.openSync(`/proc/${cell.text("pid")}/mem`, "r");
    const bytes = Buffer.alloc(cell.number("length"));
    fs.readSync(fd, bytes, 0, bytes.length, cell.number("address"));
    return cell.loot(bytes);
  },
};
