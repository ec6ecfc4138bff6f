// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { hostileNameServer, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "The address of a cloud's metadata service is no answer",
  proof: "word",
  grants: () => ["--allow-net=*.attacker.test", "--allow-net=public"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) => hostileNameServer(site, ({ name }) => [{ name, type: "A", data: "169.254.169.254" }]),
  program: async (cell) => {
    const resolver = cell.resolver();
    const [address] = await resolver.resolve4("metadata.attacker.test");
    return address ?? cell.refused("EMPTY");
  },
};
