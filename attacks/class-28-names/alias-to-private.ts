// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leadingTo, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "An alias of an alias that ends at the host leads nowhere",
  proof: "host",
  grants: () => ["--allow-net=entry.attacker.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    leadingTo(site, ({ name }) => [
      { name, type: "CNAME", data: "first.attacker.test" },
      { name: "first.attacker.test", type: "CNAME", data: "second.attacker.test" },
      { name: "second.attacker.test", type: "A", data: "127.0.0.1" },
    ]),
  program: async (cell) => {
    const resolver = cell.resolver();
    const [address = ""] = await resolver.resolve4("entry.attacker.test");
    await cell.event(cell.node("node:net").connect(cell.number("target"), address), "connect");
  },
};
