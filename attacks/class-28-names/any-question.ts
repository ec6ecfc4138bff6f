// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { leadingTo, nameRefusals, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "A question for all records brings no address that one for addresses would not",
  proof: "host",
  grants: () => ["--allow-net=*.attacker.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    leadingTo(site, ({ name }) => [
      { name, type: "TXT", data: "hello" },
      { name, type: "A", data: "127.0.0.1" },
    ]),
  program: async (cell) => {
    const resolver = cell.resolver();
    const all = await resolver.resolveAny("any.attacker.test");
    const record = all.find((each) => each.type === "A");
    if (record === undefined) return cell.refused("EMPTY", "no address among the records");
    await cell.event(cell.node("node:net").connect(cell.number("target"), record.address), "connect");
  },
};
