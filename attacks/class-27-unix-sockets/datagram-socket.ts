// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "Where unix sockets are granted there are streams alone: no datagram can be aimed anew, by a pair neither",
  proof: "word",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site) => [...nativeGrants(site), "--allow-unix=/"],
  program: (cell) => {
    const pair = Buffer.alloc(8);
    const answers = [2, 5, 3].flatMap((type) => [
      cell.raw("socket", 1, type, 0),
      cell.raw("socketpair", 1, type, 0, pair),
    ]);
    const got = answers.filter((answer) => answer >= 0);
    if (got.length > 0) return `${got.length} sockets`;
    return cell.check(answers[0] ?? -1, "socket");
  },
};
