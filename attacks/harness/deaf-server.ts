// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { nativeGrants, type Prepared, type Site, type Values } from "./attack.ts";

const script = `
const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  require("node:fs").writeSync(1, String(server.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
});`;

/**
 * A server at `port` that accepts nothing and reads nothing: the kernel takes two connections on its behalf. With
 * `isFull` these have been made, and another one neither comes about nor fails.
 */
export async function deafServer(isFull: boolean): Promise<Prepared> {
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  const [bytes] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(bytes.toString());
  const taken = isFull ? [0, 1].map(() => connect(port, "127.0.0.1")) : [];
  await Promise.all(taken.map((socket) => once(socket, "connect")));
  const dispose = (): void => {
    for (const socket of taken) socket.on("error", () => {}).destroy();
    child.kill("SIGKILL");
  };
  return { values: { port }, dispose };
}

/** For native code with threads that connects there, and is to end by its time. */
export const deafGrants = (site: Site, values: Values): readonly string[] => [
  ...nativeGrants(site),
  "--allow-worker",
  "--limit-wall-time=2500ms",
  `--allow-net=127.0.0.1:${values["port"]}`,
];
