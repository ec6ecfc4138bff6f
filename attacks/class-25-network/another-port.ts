// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "A grant for one port is none for another",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (_site, values) => [`--allow-net=127.0.0.1:${Number(values["granted"])}`],
  prepare: () => twoPorts(),
  program: async (cell) => {
    const { connect } = cell.node("node:net");
    try {
      await cell.event(connect(cell.number("granted"), "127.0.0.1"), "connect");
    } catch (error) {
      // The granted port must be reached, or there is nothing that a wall tells apart.
      cell.setup(() => {
        throw error;
      });
    }
    const socket = connect(cell.number("port"), "127.0.0.1");
    await cell.event(socket, "connect");
  },
};
