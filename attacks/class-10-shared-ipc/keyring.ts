// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "No key can be laid into the user's keyring",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => {
    const userKeyring = -4;
    return cell.call("add_key", "user", `cordon:${process.pid}`, "payload", 7, userKeyring);
  },
};
