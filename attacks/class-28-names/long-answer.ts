// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leadingTo, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "The last of a hundred addresses, which come by TCP alone, is looked at like the first",
  proof: "host",
  grants: () => ["--allow-net=*.attacker.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    leadingTo(site, ({ name }) =>
      Array.from({ length: 100 }, (_, index) => {
        return { name, type: "A" as const, data: index === 99 ? "127.0.0.1" : `93.184.217.${index}` };
      }),
    ),
  program: async (cell) => {
    const resolver = cell.resolver();
    const all = await resolver.resolve4("long.attacker.test");
    const address = all.find((each) => each === "127.0.0.1");
    if (address === undefined) return cell.refused("EMPTY", "none of the addresses is the host's");
    await cell.event(cell.node("node:net").connect(cell.number("target"), address), "connect");
  },
};
