// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "pivot_root changes nobody's root: its paths are not even looked at",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  program: (cell) => {
    // EINVAL or EBUSY: the kernel has looked, and these are no mounts.
    const native = cell.native();
    const result = native.call(native.numbers["pivot_root"] ?? -1, cell.granted, cell.granted);
    return result === -22 || result === -16 ? "looked at" : cell.check(result, "pivot_root");
  },
};
