// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "umount2 takes no mount away: it does not even look for one",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  program: (cell) => {
    // EINVAL: the kernel has looked, and there is no mount here. It would have taken one away.
    const native = cell.native();
    const result = native.call(native.numbers["umount2"] ?? -1, cell.granted, 8);
    return result === -22 ? "looked for" : cell.check(result, "umount2");
  },
};
