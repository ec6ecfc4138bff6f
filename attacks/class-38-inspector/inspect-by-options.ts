// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knockingAtPort } from "../harness/knock.ts";

export const hostile: Attack = {
  claim:
    "--inspect in the host's NODE_OPTIONS opens nobody a debugger into the cell, whatever of the environment is granted",
  proof: "host",
  grants: () => ["--allow-env=*"],
  environment: (_site, values) => ({ NODE_OPTIONS: `--inspect=127.0.0.1:${values["port"]}` }),
  prepare: knockingAtPort,
  program: async (cell) => {
    await cell.sleep(150);
    return cell.refused("NO_EFFECT");
  },
};
