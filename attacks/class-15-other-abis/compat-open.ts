// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "The 32-bit entry (int 0x80), whose numbers mean other calls, opens nothing",
  proof: "secret",
  grants: nativeGrants,
  endsSilently: true,
  program: (cell) => {
    const open = 5;
    const fd = cell.check(cell.native().compat(open, cell.secret, 0, 0), "open by int 0x80");
    return cell.loot(cell.node("node:fs").readFileSync(fd));
  },
};
