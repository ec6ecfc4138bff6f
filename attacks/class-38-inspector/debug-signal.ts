// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knockingAtPort } from "../harness/knock.ts";

export const hostile: Attack = {
  claim: "SIGUSR1, which opens a debugger in any Node, opens none",
  proof: "host",
  prepare: knockingAtPort,
  program: async (cell) => {
    process.debugPort = cell.number("port");
    process.kill(process.pid, "SIGUSR1");
    await cell.sleep(150);
    return cell.refused("NO_EFFECT");
  },
};
