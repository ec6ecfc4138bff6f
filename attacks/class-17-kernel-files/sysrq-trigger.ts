// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "/proc/sysrq-trigger cannot be opened for writing",
  proof: "word",
  grants: nativeGrants,
  control: {
    ordinary: { none: "its mode lets only root write" },
    root: { none: "a kernel without the magic keys has no such file" },
  },
  program: (cell) => cell.call("openat", -100, "/proc/sysrq-trigger", 1, 0),
};
