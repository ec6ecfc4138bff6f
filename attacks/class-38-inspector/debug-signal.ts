// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knocking } from "../harness/knock.ts";

export const hostile: Attack = {
  claim: "SIGUSR1, which opens a debugger on Node's usual port, opens none",
  proof: "host",
  prepare: () => knocking({ port: 9229, host: "127.0.0.1" }, {}),
  program: async (cell) => {
    process.kill(process.pid, "SIGUSR1");
    await cell.sleep(150);
    return cell.refused("NO_EFFECT");
  },
};
