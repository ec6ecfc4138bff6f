// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nameRefusals, overhearing, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "Of a thousand names below a granted one only a few hundred leave the cell",
  proof: "host",
  grants: () => ["--allow-net=*.attacker.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    overhearing(site, (questions) =>
      new Set(questions.map(({ name }) => name)).size > 600 ? "they all came out" : undefined,
    ),
  program: async (cell) => {
    const resolver = cell.resolver();
    // By the dozen: a nameserver's own socket holds no more at once.
    for (let from = 0; from < 1000; from += 40) {
      const some = Array.from({ length: 40 }, (_, index) => `n${from + index}.attacker.test`);
      await Promise.allSettled(some.map((name) => resolver.resolve4(name)));
    }
    return cell.refused("NO_EFFECT");
  },
};
