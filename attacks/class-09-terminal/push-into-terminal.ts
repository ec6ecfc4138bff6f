// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "TIOCSTI pushes no input into the terminal that the program was started on",
  proof: "host",
  within: (site, command) => [site.native.tool, "terminal", ...command],
  grants: nativeGrants,
  program: (cell) => {
    const pushInput = 0x5412;
    return cell.call("ioctl", 0, pushInput, Buffer.from("\n"));
  },
};
