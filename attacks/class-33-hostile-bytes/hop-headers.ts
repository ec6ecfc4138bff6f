// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "Headers that steer a connection, or whatever stands between, go no further than the gateway",
  proof: "host",
  endsSilently: true,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  visit: async (door) => {
    const answer = (await door.exchange("GET", "/")).toString("latin1");
    return /proxy-authenticate: hostile|keep-alive: hostile|trailer: hostile/i.test(answer)
      ? "a header of the connection came out"
      : undefined;
  },
  program: async (cell) => {
    const server = cell.node("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => {
        socket.end(
          "HTTP/1.1 200 OK\r\nConnection: x-own, close\r\nX-Own: 1\r\nKeep-Alive: hostile\r\nProxy-Authenticate: hostile\r\nTrailer: hostile\r\nContent-Length: 2\r\n\r\nok",
        );
      });
    });
    server.listen(cell.number("port"), "127.0.0.1");
    await new Promise(() => {});
  },
};
