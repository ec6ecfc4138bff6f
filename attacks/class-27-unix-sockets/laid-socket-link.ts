// SPDX-License-Identifier: Apache-2.0
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Attack } from "../harness/attack.ts";
import { unixServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim:
    "A link that an earlier run has laid in the place of a granted socket leads the next run to no other one",
  proof: "host",
  startRefusals: ["ERR_GRANT_LINK", "ERR_NOT_ENFORCEABLE"],
  grants: (site) => [`--allow-fs-write=${site.granted}`, `--allow-unix=${join(site.granted, "app.sock")}`],
  prepare: async (site) => {
    const path = join(site.outside, "other.sock");
    const { harmed, dispose } = await unixServer(path);
    symlinkSync(path, join(site.granted, "app.sock"));
    return { values: {}, harmed, dispose };
  },
  program: async (cell) => {
    const socket = cell.node("node:net").connect(`${cell.granted}/app.sock`);
    await cell.event(socket, "connect");
    return "connected";
  },
};
