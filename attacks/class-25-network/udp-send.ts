// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { udpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A datagram reaches no socket of the host",
  proof: "host",
  prepare: () => udpServer(),
  program: async (cell) => {
    const socket = cell.node("node:dgram").createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.send("hello", cell.number("port"), "127.0.0.1", (error) => (error ? reject(error) : resolve()));
    });
    // In an empty network namespace sending may succeed and reach nobody.
    return cell.refused("NO_EFFECT");
  },
};
