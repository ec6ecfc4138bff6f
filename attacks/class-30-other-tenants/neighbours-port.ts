// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { unvisited } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim:
    "The port that another tenant's app listens on is in that app's own network, also for who may call it by number",
  proof: "host",
  prepare: unvisited,
  grants: (_, values) => [`--allow-net=127.0.0.1:${values["port"]}`],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  program: async (cell) => {
    const { http } = { http: cell.node("node:http") };
    await cell.event(http.get({ host: "127.0.0.1", port: cell.number("port"), path: "/" }), "response");
  },
};
