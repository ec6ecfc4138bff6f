// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { crowdedServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "No more connections are open at one time than the limit, however they are made",
  proof: "host",
  refusals: ["ENOBUFS"],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (_, values) => [`--allow-net=127.0.0.1:${values["port"]}`, "--limit-connections=16"],
  prepare: async () => await crowdedServer({ atOnce: 16 }),
  program: async (cell) => {
    const net = cell.node("node:net");
    const open = (): Promise<string> =>
      new Promise((resolve) => {
        const socket = net.connect(cell.number("port"), "127.0.0.1");
        socket.on("connect", () => resolve("open"));
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
      });
    // All at once, then one after the other.
    const results = await Promise.all(Array.from({ length: 100 }, open));
    for (let round = 0; round < 100; round++) results.push(await open());
    await cell.sleep(50);
    return cell.refused(results.includes("ENOBUFS") ? "ENOBUFS" : "NO_EFFECT", [...new Set(results)].join());
  },
};
