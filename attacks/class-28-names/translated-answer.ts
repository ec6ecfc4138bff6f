// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { hostileNameServer, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "An address that a NAT64 gateway would carry to the host's network is no answer",
  proof: "word",
  grants: () => ["--allow-net=*.attacker.test", "--allow-net=public"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    hostileNameServer(site, ({ name }) => [{ name, type: "AAAA", data: "64:ff9b::10.0.0.1" }]),
  program: async (cell) => {
    const resolver = cell.resolver();
    const [address] = await resolver.resolve6("translated.attacker.test");
    return address ?? cell.refused("EMPTY");
  },
};
