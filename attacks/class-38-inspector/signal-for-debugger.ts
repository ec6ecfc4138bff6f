// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knockingAtPort } from "../harness/knock.ts";

export const hostile: Attack = {
  claim: "SIGUSR1, sent by the program to itself, opens nobody on the host a debugger",
  proof: "host",
  // Without Node's handler the signal ends the process.
  endsSilently: true,
  prepare: knockingAtPort,
  program: async (cell) => {
    process.debugPort = cell.number("port");
    process.kill(process.pid, "SIGUSR1");
    await cell.sleep(200);
    return cell.refused("NO_EFFECT");
  },
};
