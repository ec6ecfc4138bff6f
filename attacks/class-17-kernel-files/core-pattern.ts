// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "/proc/sys/kernel/core_pattern cannot be opened for writing",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "its mode lets only root write" } },
  program: (cell) => cell.call("openat", -100, "/proc/sys/kernel/core_pattern", 1, 0),
};
