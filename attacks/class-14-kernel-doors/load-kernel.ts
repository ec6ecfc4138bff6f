// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "kexec_load does not look at what it is given",
  proof: "word",
  grants: nativeGrants,
  control: {
    ordinary: { none: "the kernel asks for CAP_SYS_BOOT" },
    root: { none: "what succeeds throws away the kernel that the machine has ready for a crash" },
  },
  program: (cell) => {
    const native = cell.native();
    const tooMany = 17;
    const result = native.call(native.numbers["kexec_load"] ?? -1, 0, tooMany, Buffer.alloc(32 * tooMany), 0);
    return result === -22 ? "looked at" : cell.check(result, "kexec_load");
  },
};
