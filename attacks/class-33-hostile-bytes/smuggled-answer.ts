// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "An answer behind an answer reaches no client: neither this one's next request, nor anybody else's",
  proof: "host",
  endsSilently: true,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  visit: async (door) => {
    const first = (await door.exchange("GET", "/one", "Connection: keep-alive\r\n")).toString("latin1");
    const second = (await door.exchange("GET", "/two", "Connection: keep-alive\r\n")).toString("latin1");
    return /POISON/.test(first + second) ? "a smuggled answer came out" : undefined;
  },
  program: async (cell) => {
    const server = cell.node("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => {
        socket.write(
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON",
        );
      });
    });
    server.listen(cell.number("port"), "127.0.0.1");
    await new Promise(() => {});
  },
};
