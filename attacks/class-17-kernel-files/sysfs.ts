// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "Nothing in /sys can be opened for writing",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "its mode lets only root write" } },
  program: (cell) => cell.call("openat", -100, "/sys/kernel/profiling", 1, 0),
};
