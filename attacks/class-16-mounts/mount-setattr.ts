// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "mount_setattr makes no mount writable or executable",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "the kernel asks for CAP_SYS_ADMIN" } },
  program: (cell) => {
    const nothing = Buffer.alloc(32);
    return cell.call("mount_setattr", -100, "/", 0, nothing, nothing.length);
  },
};
