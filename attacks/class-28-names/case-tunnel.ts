// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nameRefusals, overhearing, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "The capitals of a granted name say nothing to its nameserver",
  proof: "host",
  grants: () => ["--allow-net=api.good.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    overhearing(site, (questions) =>
      questions.some(({ written }) => /[A-Z]/.test(written)) ? "capitals came out" : undefined,
    ),
  program: async (cell) => {
    const name = Buffer.from("\x03aPI\x04goOD\x04tEst\x00");
    const header = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    const message = Buffer.concat([header, name, Buffer.from([0, 1, 0, 1])]);
    await cell.ask(message);
    return cell.refused("NO_EFFECT");
  },
};
