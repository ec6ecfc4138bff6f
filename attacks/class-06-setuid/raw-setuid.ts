// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "The program cannot become another user by a raw call, nor get its capabilities back",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "the kernel asks for CAP_SETUID" } },
  program: (cell) => {
    const native = cell.native();
    for (const name of ["setuid", "setgid", "setresuid", "setresgid", "setgroups"]) {
      const number = native.numbers[name] ?? -1;
      const result = name === "setgroups" ? native.call(number, 0, null) : native.call(number, 0, 0, 0);
      if (result === 0) return name;
    }
    return cell.refused("EPERM");
  },
};
