// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { unixServer } from "../harness/canary.ts";
import { beside } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "A directory that the program puts in the place of a granted socket's leads to no other socket",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--allow-unix=${site.granted}/first/host.sock`,
  ],
  prepare: async (site) => {
    const [first, second] = ["first", "second"].map((name) => {
      mkdirSync(join(site.granted, name), { mode: 0o777 });
      return join(site.granted, name, "host.sock");
    });
    return beside(await unixServer(first ?? ""), await unixServer(second ?? ""), {});
  },
  program: (cell) => {
    const fs = cell.node("node:fs");
    const address = Buffer.from(`\x01\0${cell.granted}/first/host.sock\0`);
    const connect = (): number => {
      const fd = cell.call("socket", 1, 1, 0);
      return cell.raw("connect", fd, address, address.length);
    };
    cell.setup(() => cell.check(connect(), "connect"));
    // That this works is the premise: the program may write here.
    cell.setup(() => fs.renameSync(`${cell.granted}/first`, `${cell.granted}/third`));
    cell.setup(() => fs.renameSync(`${cell.granted}/second`, `${cell.granted}/first`));
    return cell.check(connect(), "connect");
  },
};
