// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "openat2, whose flags hide behind a pointer, opens nothing",
  proof: "secret",
  grants: nativeGrants,
  program: (cell) => {
    const fd = cell.call("openat2", -100, cell.secret, Buffer.alloc(24), 24);
    return cell.loot(cell.node("node:fs").readFileSync(fd));
  },
};
