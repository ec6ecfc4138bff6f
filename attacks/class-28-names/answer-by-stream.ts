// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leadingTo, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim:
    "An answer that is too long for a datagram and comes over TCP is looked at as closely: its private address leads nowhere",
  proof: "host",
  grants: () => ["--allow-net=*.attacker.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    // Three hundred addresses are more than the broker's datagram takes: it is sent to TCP.
    leadingTo(site, ({ name }) => [
      { name, type: "A", data: "127.0.0.1" },
      ...Array.from({ length: 300 }, (_, index) => ({
        name,
        type: "A" as const,
        data: `10.${index >> 8}.${index & 255}.1`,
      })),
      { name, type: "A", data: "127.0.0.1" },
    ]),
  program: async (cell) => {
    const resolver = cell.resolver();
    const addresses = await resolver.resolve4("stream.attacker.test");
    const address = addresses.find((each) => each.startsWith("127.")) ?? cell.refused("EMPTY");
    await cell.event(cell.node("node:net").connect(cell.number("target"), address), "connect");
  },
};
