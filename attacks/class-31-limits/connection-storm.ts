// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { crowdedServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "No more connections are new in a second than the limit, also where each is closed at once",
  proof: "host",
  refusals: ["EAGAIN"],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (_, values) => [`--allow-net=127.0.0.1:${values["port"]}`, "--limit-connect-rate=20"],
  // As many at once, and as many again in the second that it may take.
  prepare: async () => await crowdedServer({ inASecond: 60 }),
  program: async (cell) => {
    const net = cell.node("node:net");
    const results = new Set<string>();
    for (let round = 0; round < 300; round++) {
      results.add(
        await new Promise<string>((resolve) => {
          const socket = net.connect(cell.number("port"), "127.0.0.1");
          socket.on("connect", () => {
            socket.destroy();
            resolve("open");
          });
          socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
        }),
      );
    }
    return cell.refused(results.has("EAGAIN") ? "EAGAIN" : "NO_EFFECT", [...results].join());
  },
};
