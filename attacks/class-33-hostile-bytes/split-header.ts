// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A header with a line break in its value, bare, folded or behind a NUL, does not become two",
  proof: "host",
  endsSilently: true,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  visit: async (door) => {
    for (const path of ["/0", "/1", "/2", "/3"]) {
      const answer = (await door.exchange("GET", path)).toString("latin1");
      if (/(?:^|[\r\n])[ \t]*set-cookie:[ \t]*stolen/i.test(answer)) return `a header was split: ${path}`;
    }
    return undefined;
  },
  program: async (cell) => {
    const breaks = ["\n", "\r", "\r\n ", "\0\r"];
    const server = cell.node("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (data) => {
        const wanted = breaks[Number(/\/(\d) HTTP/.exec(String(data))?.[1] ?? 0)];
        socket.end(
          `HTTP/1.1 200 OK\r\nX-Name: value${wanted}Set-Cookie: stolen\r\nContent-Length: 2\r\n\r\nok`,
        );
      });
    });
    server.listen(cell.number("port"), "127.0.0.1");
    await new Promise(() => {});
  },
};
