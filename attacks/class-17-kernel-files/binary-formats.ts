// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "No interpreter can be registered with the kernel: binfmt_misc is neither there nor to be mounted",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  program: (cell) => {
    const native = cell.native();
    const fd = native.call(native.numbers["openat"] ?? -1, -100, "/proc/sys/fs/binfmt_misc/register", 1, 0);
    // Where that file system is not built in, another one says whether the door is open.
    const opened = fd >= 0 ? fd : native.call(native.numbers["fsopen"] ?? -1, "binfmt_misc", 1);
    return opened === -19 ? cell.call("fsopen", "proc", 1) : cell.check(opened, "fsopen");
  },
};
