// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { unvisited } from "../harness/neighbour.ts";

export const hostile: Attack = {
  claim: "The host's own gateway, and through it another tenant's app, is out of reach without a grant",
  proof: "host",
  prepare: unvisited,
  program: async (cell) => {
    const options = { host: "127.0.0.1", port: cell.number("gateway"), path: "/run/neighbour/app/" };
    await cell.event(cell.node("node:http").get(options), "response");
  },
};
