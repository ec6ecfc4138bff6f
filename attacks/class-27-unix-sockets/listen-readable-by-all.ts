// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { knocking } from "../harness/knock.ts";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A unix socket that the program makes in a granted directory is reached by nobody (CVE-2026-21711)",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  prepare: (site) => knocking({ path: join(site.granted, "own.sock") }, {}),
  program: async (cell) => {
    const server = cell.node("node:net").createServer((socket) => socket.end("hello"));
    server.listen({ path: `${cell.granted}/own.sock`, readableAll: true, writableAll: true });
    await cell.event(server, "listening");
    await cell.sleep(150);
    return cell.refused("NO_EFFECT");
  },
};
