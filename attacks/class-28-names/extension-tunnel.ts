// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nameRefusals, overhearing, resolvers } from "../harness/name-server.ts";

export const hostile: Attack = {
  claim: "What a program puts behind its question stays in the cell",
  proof: "host",
  grants: () => ["--allow-net=api.good.test"],
  resolvers,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  refusals: nameRefusals,
  prepare: (site) =>
    overhearing(site, (questions) =>
      questions.some(({ message }) => message.includes("stolen")) ? "hidden bytes came out" : undefined,
    ),
  program: async (cell) => {
    const name = Buffer.from("\x03api\x04good\x04test\x00");
    const header = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    // An extended question with an option of local use (RFC 6891) that carries six bytes.
    const extension = Buffer.from([0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 10, 0xfd, 0xe9, 0, 6]);
    const message = Buffer.concat([
      header,
      name,
      Buffer.from([0, 1, 0, 1]),
      extension,
      Buffer.from("stolen"),
    ]);
    await cell.ask(message);
    return cell.refused("NO_EFFECT");
  },
};
