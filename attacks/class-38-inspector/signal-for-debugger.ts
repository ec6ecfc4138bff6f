// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { freePort, knocking } from "../harness/knock.ts";

export const hostile: Attack = {
  claim: "SIGUSR1, sent by the program to itself, opens nobody on the host a debugger",
  proof: "host",
  // Without Node's handler the signal ends the process.
  endsSilently: true,
  prepare: async () => {
    const port = await freePort();
    return knocking({ port, host: "127.0.0.1" }, { port });
  },
  program: async (cell) => {
    process.debugPort = cell.number("port");
    process.kill(process.pid, "SIGUSR1");
    await cell.sleep(200);
    return cell.refused("NO_EFFECT");
  },
};
