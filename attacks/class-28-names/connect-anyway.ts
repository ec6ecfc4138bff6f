// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leadingTo, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "An address that was taken out of an answer is no more granted for having been in it",
  proof: "host",
  grants: () => ["--allow-net=*.attacker.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    leadingTo(site, ({ name }) => [
      { name, type: "A", data: "93.184.216.34" },
      { name, type: "A", data: "127.0.0.1" },
    ]),
  program: async (cell) => {
    const resolver = cell.resolver();
    await resolver.resolve4("both.attacker.test");
    await cell.event(cell.node("node:net").connect(cell.number("target"), "127.0.0.1"), "connect");
  },
};
