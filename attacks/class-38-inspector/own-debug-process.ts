// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knockingAtPort } from "../harness/knock.ts";

export const hostile: Attack = {
  claim: "process._debugProcess of the program's own process opens nobody on the host a debugger",
  proof: "host",
  endsSilently: true,
  prepare: knockingAtPort,
  program: async (cell) => {
    process.debugPort = cell.number("port");
    (process as unknown as { _debugProcess(pid: number): void })._debugProcess(process.pid);
    await cell.sleep(200);
    return cell.refused("NO_EFFECT");
  },
};
