// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { uptime } from "node:os";

export const hostile: Attack = {
  claim: "No clock says since when the machine runs",
  proof: "word",
  grants: nativeGrants,
  prepare: () => ({ values: { uptime: uptime() } }),
  exceptions: [
    {
      walls: "-namespaces",
      reason:
        "clocks are read without a system call: only a time namespace makes them count from the cell's start",
    },
  ],
  program: (cell) => {
    const seconds = [Number(process.hrtime.bigint() / 1_000_000_000n)];
    const facts = Buffer.alloc(128);
    cell.call("sysinfo", facts);
    seconds.push(Number(facts.readBigInt64LE(0)));
    const time = Buffer.alloc(16);
    cell.call("clock_gettime", 7, time);
    seconds.push(Number(time.readBigInt64LE(0)));
    const found = seconds.filter((value) => value >= cell.number("uptime") - 1);
    if (found.length === 0) cell.refused("NO_EFFECT");
    return `${found.join(", ")} s`;
  },
};
