// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knockingAtPort } from "../harness/knock.ts";

export const hostile: Attack = {
  claim: "A granted inspector is no grant to listen anywhere but on its own port",
  proof: "host",
  grants: () => ["--allow-inspector"],
  prepare: knockingAtPort,
  program: async (cell) => {
    const inspector: { open(port: number, host: string): void } = require("node:inspector");
    const port = cell.number("port");
    inspector.open(port, "127.0.0.1");
    const server = cell.node("node:net").createServer((socket) => socket.end());
    server.on("error", () => {});
    server.listen(port, "0.0.0.0");
    await cell.sleep(150);
    return cell.refused("NO_EFFECT");
  },
};
