// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { join } from "node:path";
import { unixServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A unix socket in a granted directory cannot be connected to: a grant for files is none for sockets",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  prepare: (site) => unixServer(join(site.granted, "host.sock")),
  program: async (cell) => {
    const socket = cell.node("node:net").connect(`${cell.granted}/host.sock`);
    await cell.event(socket, "connect");
  },
};
