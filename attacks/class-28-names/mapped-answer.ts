// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leadingTo, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "An IPv6 answer in which an address of the host's is mapped leads nowhere",
  proof: "host",
  grants: () => ["--allow-net=*.attacker.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) => leadingTo(site, ({ name }) => [{ name, type: "AAAA", data: "::ffff:127.0.0.1" }]),
  program: async (cell) => {
    const resolver = cell.resolver();
    const [address = ""] = await resolver.resolve6("mapped.attacker.test");
    await cell.event(cell.node("node:net").connect(cell.number("target"), address), "connect");
  },
};
