// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { twoSockets } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "A granted socket's path that the program makes a link of leads to no other socket",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--allow-unix=${values["granted"]}`,
  ],
  prepare: async (site) => {
    // The other one is out of the program's reach: a link is the only way there.
    const { values, ...rest } = await twoSockets(site, join(site.outside, "sockets"));
    const other = values["other"] ?? "";
    return { ...rest, values: { other, granted: join(site.granted, "granted.sock") } };
  },
  program: async (cell) => {
    const fs = cell.node("node:fs");
    const path = cell.text("granted");
    const address = Buffer.from(`\x01\0${path}\0`);
    const answers = new Set<number>();
    const until = Date.now() + Math.min(cell.patience, 200);
    while (Date.now() < until) {
      cell.call("symlinkat", cell.text("other"), -100, path);
      const fd = cell.call("socket", 1, 1, 0);
      answers.add(cell.raw("connect", fd, address, address.length));
      cell.raw("close", fd);
      fs.rmSync(path);
    }
    if (answers.has(0)) return "connected";
    return cell.check([...answers][0] ?? -1, "connect");
  },
};
