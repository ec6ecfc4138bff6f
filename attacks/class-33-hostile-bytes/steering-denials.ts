// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { noSupervisor, onlyBoundedEvents } from "../harness/observed.ts";

export const hostile: Attack = {
  claim:
    "A refusal of a name full of control characters is told without one, and a flood of refusals is told in part",
  proof: "host",
  control: { root: noSupervisor, ordinary: noSupervisor },
  observe: onlyBoundedEvents,
  program: async (cell) => {
    const { readFileSync } = cell.node("node:fs");
    const net = cell.node("node:net");
    let last: unknown;
    for (let round = 0; round < 3000; round++) {
      try {
        readFileSync(`/etc/\u001b[2J\u001b]0;owned\u0007\r\n{"event":"exited"}\u202e\u0085\u009b31m${round}`);
      } catch (error) {
        last = error;
      }
    }
    for (let round = 0; round < 200; round++) {
      try {
        net.connect({ host: "127.0.0.1", port: 1 + round }).on("error", () => {});
        net.connect({ path: `/run/\u001b[2J${round}` }).on("error", () => {});
      } catch (error) {
        last = error;
      }
    }
    await cell.sleep(100);
    throw last;
  },
};
