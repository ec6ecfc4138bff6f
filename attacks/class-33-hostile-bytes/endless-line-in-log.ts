// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "A line without an end fills neither the host's memory nor an app's log, and the host answers meanwhile",
  proof: "host",
  endsSilently: true,
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  visit: async (door) => {
    const before = process.memoryUsage().rss;
    let log: Buffer = Buffer.alloc(0);
    for (let tries = 0; tries < 6 && log.length < 8 << 20; tries++) {
      await door.exchange("GET", "/");
      log = await door.log();
      if (!(await door.hostAnswers())) return "the host answers no more";
    }
    if (log.length > 2 << 20) return `${log.length} bytes of one line were kept`;
    const grown = process.memoryUsage().rss - before;
    return grown > 256 << 20 ? `the host grew by ${grown} bytes` : undefined;
  },
  program: async (cell) => {
    const { writeSync } = cell.node("node:fs");
    const server = cell.node("node:http").createServer((_, response) => {
      response.end("ok");
      // A gigabyte, as far as anybody takes it.
      const piece = Buffer.alloc(1 << 20, "x");
      const go = (left: number): void => {
        if (left > 0) process.stdout.write(piece, () => go(left - 1));
      };
      go(1024);
    });
    writeSync(1, "begins ");
    server.listen(cell.number("port"), "127.0.0.1");
    await new Promise(() => {});
  },
};
