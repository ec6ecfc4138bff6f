// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "Interim answers without an end are no answer: the client is told in time, and gets none of them",
  proof: "host",
  endsSilently: true,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  visit: async (door) => {
    const answer = (await door.exchange("GET", "/")).toString("latin1");
    const interim = answer.split("HTTP/1.1 103").length - 1;
    return interim > 100 ? `${interim} interim answers came out` : undefined;
  },
  program: async (cell) => {
    const server = cell.node("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        const many = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(100);
        const go = (): void => {
          while (!socket.destroyed && socket.write(many));
        };
        socket.on("drain", go);
        go();
      });
    });
    server.listen(cell.number("port"), "127.0.0.1");
    await new Promise(() => {});
  },
};
