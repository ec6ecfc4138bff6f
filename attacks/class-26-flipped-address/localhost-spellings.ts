// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "No spelling of this machine's own address is anything else than that address",
  proof: "host",
  prepare: () => tcpServer(),
  grants: (_, values) => [`--allow-net=127.0.0.1:1,public:${values["port"]}`],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: ["ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ENODATA"],
  program: async (cell) => {
    const net = cell.node("node:net");
    const spellings = [
      "localhost",
      "LOCALHOST",
      "localhost.",
      "a.localhost",
      "127.1",
      "0x7f.1",
      "0177.0.0.1",
    ];
    spellings.push("2130706433", "127.0.0.1.", "::ffff:127.0.0.1", "::ffff:7f00:1", "0.0.0.0", "0");
    let last: unknown;
    for (const host of spellings) {
      try {
        await cell.event(net.connect({ host, port: cell.number("port") }), "connect", 300);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  },
};
