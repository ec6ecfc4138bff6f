// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knockingAtPort } from "../harness/knock.ts";

export const hostile: Attack = {
  claim: "A server without a grant to listen is reached by nobody on the host",
  proof: "host",
  prepare: knockingAtPort,
  program: async (cell) => {
    const server = cell.node("node:net").createServer((socket) => socket.end("hello"));
    server.listen(cell.number("port"), "0.0.0.0");
    await cell.event(server, "listening");
    await cell.sleep(150);
    return cell.refused("NO_EFFECT");
  },
};
