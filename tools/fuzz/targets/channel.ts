// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { Socket } from "node:net";
import { Connections } from "../../../packages/cell/src/connections.ts";
import type { Target } from "../target.ts";

interface Outcome {
  socket?: Socket;
  error?: unknown;
}

/** The answers to what the host asks of an app's ports: JSON a line; one that ends in `+` comes with a socket. */
export const channel: Target = {
  name: "channel",
  sources: ["packages/cell/src/connections.ts"],
  inputs: 4_000,
  corpus: [
    Buffer.from('{"id":1,"errno":"ECONNREFUSED"}\n{"id":2}+\n'),
    Buffer.from('{"id":3,"errno":5}\n{"id":99}+\n{"id":3}+\n'),
  ],
  tokens: ['{"id":', "1", "2", "3", "}", "+\n", '"errno":', '"EAGAIN"', "null", "[]", '"id"', "__proto__"],
  async run(input) {
    const asked: number[] = [];
    const connections = new Connections((id) => asked.push(id));
    const outcomes: Outcome[] = [];
    const settled = [80, 81, 82].map(async (port, index) => {
      const outcome: Outcome = (outcomes[index] = {});
      try {
        outcome.socket = await connections.open(port);
      } catch (error) {
        outcome.error = error;
      }
    });
    const sockets: Socket[] = [];
    let taken = 0;
    for (const line of input.toString().split("\n").slice(0, 50)) {
      const withSocket = line.endsWith("+");
      let message: unknown;
      try {
        message = JSON.parse(withSocket ? line.slice(0, -1) : line);
      } catch {
        continue;
      }
      taken++;
      const socket = withSocket ? new Socket() : undefined;
      if (socket !== undefined) sockets.push(socket);
      connections.take(message, socket);
    }
    connections.close();
    await Promise.all(settled);
    assert.deepEqual(asked, [1, 2, 3]);
    const given = outcomes.flatMap(({ socket }) => socket ?? []);
    assert.equal(new Set(given).size, given.length, "one socket for two");
    for (const { socket, error } of outcomes) {
      assert.ok((socket === undefined) === error instanceof Error);
      if (error instanceof Error) assert.ok("code" in error && typeof error.code === "string");
    }
    for (const socket of sockets) {
      // Nobody has it: it must not stay open.
      assert.ok(given.includes(socket) || socket.destroyed, "a socket that nobody has");
      socket.destroy();
    }
    return taken > 0;
  },
};
