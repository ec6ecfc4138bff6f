// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "/sys/kernel/uevent_helper, or what stands beside it where the kernel has none, cannot be opened for writing",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "its mode lets only root write" } },
  program: (cell) => {
    const paths = [
      "/sys/kernel/uevent_helper",
      "/sys/kernel/profiling",
      "/sys/kernel/mm/ksm/run",
      "/sys/power/state",
    ];
    const native = cell.native();
    const results = paths.map((path) => native.call(native.numbers["openat"] ?? -1, -100, path, 1, 0));
    return cell.check(results.find((result) => result >= 0) ?? results[0] ?? -1, "openat");
  },
};
