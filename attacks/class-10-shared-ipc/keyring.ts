// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "No key can be laid into the user's keyring",
  proof: "word",
  grants: nativeGrants,
  exceptions: [
    {
      walls: "-filters",
      reason:
        "only the filters can take a system call away; keys are kept by uid, and a cell has a uid or a user namespace of its own",
    },
  ],
  program: (cell) => {
    const userKeyring = -4;
    return cell.call("add_key", "user", `cordon:${process.pid}`, "payload", 7, userKeyring);
  },
};
