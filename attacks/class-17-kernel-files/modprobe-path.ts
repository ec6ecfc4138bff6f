// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "The path of the kernel's module loader cannot be opened for writing",
  proof: "word",
  grants: nativeGrants,
  control: {
    ordinary: { none: "its mode lets only root write" },
    root: { none: "a kernel without modules has no such file" },
  },
  program: (cell) => cell.call("openat", -100, "/proc/sys/kernel/modprobe", 1, 0),
};
