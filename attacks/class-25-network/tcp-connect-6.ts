// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "net.connect reaches no server of the host over IPv6, nor through a v4-mapped address",
  proof: "host",
  prepare: () => tcpServer(),
  program: async (cell) => {
    const socket = cell.node("node:net").connect(cell.number("port"), "::ffff:127.0.0.1");
    await cell.event(socket, "connect");
  },
};
