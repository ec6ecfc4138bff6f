// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { hostileNameServer, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "A name that is denied is reached under no other name",
  proof: "word",
  grants: () => ["--allow-net=*.attacker.test", "--deny-net=tracker.denied.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    hostileNameServer(site, ({ name }) => [
      { name, type: "CNAME", data: "tracker.denied.test" },
      { name: "tracker.denied.test", type: "A", data: "93.184.216.34" },
    ]),
  program: async (cell) => {
    const resolver = cell.resolver();
    const [address] = await resolver.resolve4("innocent.attacker.test");
    return address ?? cell.refused("EMPTY");
  },
};
