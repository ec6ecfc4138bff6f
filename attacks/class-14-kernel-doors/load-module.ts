// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "init_module does not look at a module",
  proof: "word",
  grants: nativeGrants,
  control: {
    ordinary: { none: "the kernel asks for CAP_SYS_MODULE" },
    root: {
      none: "the kernel may be built without modules, and where it is not, what succeeds has loaded one",
    },
  },
  program: (cell) => {
    const image = Buffer.alloc(64);
    const native = cell.native();
    const result = native.call(native.numbers["init_module"] ?? -1, image, image.length, "");
    // ENOEXEC, EFAULT and EINVAL are the kernel's after it has looked.
    return [-8, -14, -22].includes(result) ? "looked at" : cell.check(result, "init_module");
  },
};
