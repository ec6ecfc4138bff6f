// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { connect, createServer } from "node:net";
import { SetupError } from "./step.mjs";

const PATIENCE_MS = 15 * 60 * 1000;

/**
 * Runs `action` while no other set-up of the same checkout runs. The lock is an abstract unix socket: it goes away with
 * the process that holds it, whatever ends it, so there is no stale lock file to break and nothing to poll.
 * @param {string} root
 * @param {() => void} action
 */
export async function onlyOnce(root, action) {
  const name = `\0cordon-setup-${createHash("sha256").update(realpathSync(root)).digest("hex")}`;
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const server = await hold(name);
    if (server) {
      try {
        return action();
      } finally {
        server.close();
      }
    }
    await released(name, deadline - Date.now());
  }
}

/** @param {string} name */
async function hold(name) {
  const server = createServer();
  try {
    await once(server.listen(name), "listening");
    return server;
  } catch (error) {
    if (error.code === "EADDRINUSE") return undefined;
    throw error;
  }
}

/** Resolves when the holder is gone: the kernel closes our connection then. @param {string} name @param {number} ms */
async function released(name, ms) {
  const socket = connect(name);
  socket.on("error", () => {}); // Refused or reset: gone already.
  socket.resume();
  const patience = setTimeout(() => socket.destroy(new Error("late")), Math.max(ms, 1));
  await once(socket, "close").catch(() => {});
  clearTimeout(patience);
  if (ms <= 0)
    throw new SetupError(
      "another set-up of this checkout has been running for 15 minutes. End it, then try again.",
    );
}
