// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "clone with CLONE_NEWUSER is refused, also where forking is granted",
  proof: "word",
  refusals: ["ENOSPC"],
  grants: (site) => [...nativeGrants(site), `--allow-run=${site.native.tool}`],
  program: (cell) => {
    const newUser = 0x10000000;
    return cell.check(cell.native().process(cell.native().numbers["clone"] ?? -1, newUser), "clone");
  },
};
