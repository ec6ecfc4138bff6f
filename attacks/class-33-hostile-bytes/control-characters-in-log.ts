// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "Whoever reads an app's log gets no byte of it that moves a cursor, hides text or turns its direction",
  proof: "host",
  endsSilently: true,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  visit: async (door) => {
    let log = "";
    for (let tries = 0; tries < 20 && !log.includes("LAST"); tries++) {
      await door.exchange("GET", "/");
      log = (await door.log()).toString("utf8");
    }
    if (!log.includes("LAST")) return "the log was lost";
    return /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u.test(log)
      ? "a control character stands in the log"
      : undefined;
  },
  program: async (cell) => {
    const { writeSync } = cell.node("node:fs");
    writeSync(1, "\u001b]0;owned\u0007\u001b[2J\u001b[1;31mred\r\u009b31m\u202egnp.exe\u2066\u0000\u0008\n");
    // Half of a character, and the other half of another one.
    writeSync(1, Buffer.from([0xe2, 0x80, 0x0a, 0xae, 0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x0a]));
    writeSync(1, '{"forged":"\\u001b[2J"}\nLAST\n');
    const server = cell.node("node:http").createServer((_, response) => response.end("ok"));
    server.listen(cell.number("port"), "127.0.0.1");
    await new Promise(() => {});
  },
};
