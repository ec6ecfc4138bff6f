// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "An answer with two lengths, by count and by chunks, is not passed on for two readers to disagree about",
  proof: "host",
  endsSilently: true,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  visit: async (door) => {
    const answer = (await door.exchange("GET", "/")).toString("latin1").toLowerCase();
    const both = /content-length:/.test(answer) && /transfer-encoding:/.test(answer);
    return both || /poison/.test(answer) ? "an answer of two lengths came out" : undefined;
  },
  program: async (cell) => {
    const server = cell.node("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => {
        socket.write(
          "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nPOISON",
        );
      });
    });
    server.listen(cell.number("port"), "127.0.0.1");
    await new Promise(() => {});
  },
};
