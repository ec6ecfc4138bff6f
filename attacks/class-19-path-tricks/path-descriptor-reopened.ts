// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "An O_PATH descriptor cannot be reopened for reading",
  proof: "secret",
  grants: nativeGrants,
  program: (cell) => {
    const fd = cell.call("openat", -100, cell.secret, 0o10000000, 0);
    const reopened = cell.call("openat", -100, `/proc/self/fd/${fd}`, 0, 0);
    return cell.loot(cell.node("node:fs").readFileSync(reopened));
  },
};
