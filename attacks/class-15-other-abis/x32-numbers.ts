// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "x32 numbers are refused",
  proof: "secret",
  grants: nativeGrants,
  control: {
    root: { none: "few kernels are built with x32" },
    ordinary: { none: "few kernels are built with x32" },
  },
  program: (cell) => {
    const native = cell.native();
    const x32 = 0x40000000;
    const fd = cell.check(
      native.call(x32 + (native.numbers["openat"] ?? 0), -100, cell.secret, 0, 0),
      "x32 openat",
    );
    return cell.loot(cell.node("node:fs").readFileSync(fd));
  },
};
