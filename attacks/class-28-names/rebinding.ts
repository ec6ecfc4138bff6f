// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leadingTo, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "A granted name that is public at first and the host's own a moment later leads there at no time",
  proof: "host",
  grants: () => ["--allow-net=rebind.attacker.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) => {
    let asked = 0;
    return leadingTo(site, ({ name }) => [
      { name, type: "A", data: asked++ === 0 ? "93.184.216.34" : "127.0.0.1", ttl: 0 },
    ]);
  },
  program: async (cell) => {
    const resolver = cell.resolver();
    let refusal: Error | undefined;
    for (let round = 0; round < 3; round++) {
      try {
        const [address = ""] = await resolver.resolve4("rebind.attacker.test");
        if (address === "93.184.216.34") continue;
        await cell.event(cell.node("node:net").connect(cell.number("target"), address), "connect");
      } catch (error) {
        refusal = error as Error;
      }
    }
    if (refusal !== undefined) throw refusal;
  },
};
