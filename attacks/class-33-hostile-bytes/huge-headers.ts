// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "Megabytes of headers stop at the gateway, and the host answers others meanwhile",
  proof: "host",
  endsSilently: true,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  visit: async (door) => {
    const answering = door.exchange("GET", "/");
    if (!(await door.hostAnswers())) return "the host was busy with the headers";
    const answer = await answering;
    return answer.length > 1 << 20 ? `${answer.length} bytes of headers came out` : undefined;
  },
  program: async (cell) => {
    const server = cell.node("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const line = `X-Many: ${"x".repeat(1000)}\r\n`.repeat(64);
        for (let round = 0; round < 64; round++) socket.write(line);
        socket.end("Content-Length: 2\r\n\r\nok");
      });
    });
    server.listen(cell.number("port"), "127.0.0.1");
    await new Promise(() => {});
  },
};
