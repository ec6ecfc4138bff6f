// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { unixServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A link in a granted directory leads to no unix socket outside",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  prepare: async (site) => {
    symlinkSync(join(site.directory, "host.sock"), join(site.granted, "link.sock"));
    return unixServer(join(site.directory, "host.sock"));
  },
  program: async (cell) => {
    const socket = cell.node("node:net").connect(`${cell.granted}/link.sock`);
    await cell.event(socket, "connect");
  },
};
