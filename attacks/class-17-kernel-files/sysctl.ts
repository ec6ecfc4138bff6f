// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "No sysctl can be opened for writing",
  proof: "word",
  control: { ordinary: { none: "its mode lets only root write" } },
  program: (cell) => cell.node("node:fs").openSync("/proc/sys/vm/overcommit_memory", "r+"),
};
