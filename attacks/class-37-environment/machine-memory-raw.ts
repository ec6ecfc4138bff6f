// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { totalmem } from "node:os";

export const hostile: Attack = {
  claim: "sysinfo(2) tells native code nothing of the machine's memory and load",
  proof: "word",
  grants: nativeGrants,
  prepare: () => ({ values: { memory: totalmem() } }),
  exceptions: [{ walls: "-filters", reason: "only the supervisor can answer in the place of a system call" }],
  program: (cell) => {
    const facts = Buffer.alloc(128);
    cell.call("sysinfo", facts);
    const total = Number(facts.readBigUInt64LE(32)) * facts.readUInt32LE(104);
    if (total !== cell.number("memory")) cell.refused("NO_EFFECT");
    return `memory ${total}`;
  },
};
