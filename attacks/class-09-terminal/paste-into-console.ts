// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

const noConsole = { none: "it works on a virtual console alone, and a test has none" };

export const hostile: Attack = {
  claim: "TIOCLINUX selects and pastes nothing on a console that was inherited",
  proof: "word",
  within: (site, command) => [site.native.tool, "terminal", ...command],
  grants: nativeGrants,
  refusals: ["ENOTTY"],
  control: { root: noConsole, ordinary: noConsole },
  program: (cell) => {
    const [linux, pasteSelection] = [0x541c, 3];
    return cell.call("ioctl", 0, linux, Buffer.from([pasteSelection, 0]));
  },
};
