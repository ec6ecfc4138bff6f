// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knockingAtPort } from "../harness/knock.ts";

export const hostile: Attack = {
  claim: "inspector.open gives nobody on the host a debugger",
  proof: "host",
  prepare: knockingAtPort,
  program: async (cell) => {
    const inspector: { open(port: number, host: string): void } = require("node:inspector");
    inspector.open(cell.number("port"), "127.0.0.1");
    await cell.sleep(150);
    return cell.refused("NO_EFFECT");
  },
};
