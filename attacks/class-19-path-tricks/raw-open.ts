// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A file that is not granted cannot be opened by a raw call",
  proof: "secret",
  grants: nativeGrants,
  program: (cell) =>
    cell.loot(cell.node("node:fs").readFileSync(cell.call("openat", -100, cell.secret, 0, 0))),
};
