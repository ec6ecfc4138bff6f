// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { freePort, knocking } from "../harness/knock.ts";

export const hostile: Attack = {
  claim:
    "--inspect in the host's NODE_OPTIONS opens nobody a debugger into the cell, whatever of the environment is granted",
  proof: "host",
  grants: () => ["--allow-env=*"],
  environment: (_site, values) => ({ NODE_OPTIONS: `--inspect=127.0.0.1:${values["port"]}` }),
  prepare: async () => {
    const port = await freePort();
    return knocking({ port, host: "127.0.0.1" }, { port });
  },
  program: async (cell) => {
    await cell.sleep(150);
    return cell.refused("NO_EFFECT");
  },
};
