// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "io_uring opens no file that the policy does not grant",
  proof: "secret",
  grants: nativeGrants,
  program: (cell) => {
    const fd = cell.check(cell.native().uringOpen(cell.secret), "openat by io_uring");
    return cell.loot(cell.node("node:fs").readFileSync(fd));
  },
};
