// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { readFileSync } from "node:fs";

/** The processors that this process may use, as the kernel lists them: "0-1". */
function allowed(): string {
  return /^Cpus_allowed:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "";
}

export const hostile: Attack = {
  claim: "sched_getaffinity(2) does not tell native code how many processors the machine has",
  proof: "word",
  grants: nativeGrants,
  prepare: () => ({ values: { mask: Number.parseInt(allowed().replaceAll(",", ""), 16) } }),
  exceptions: [{ walls: "-filters", reason: "only the supervisor can answer in the place of a system call" }],
  program: (cell) => {
    const mask = Buffer.alloc(128);
    const length = cell.call("sched_getaffinity", 0, mask.length, mask);
    const found = Number(mask.readBigUInt64LE(0));
    // A kernel that was made for more than 64 processors answers with more than one word.
    if (length === 8 && found === 1) cell.refused("NO_EFFECT");
    return `mask ${found} of ${length} bytes; the host's is ${cell.number("mask")}`;
  },
};
