// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unixServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A unix socket outside cannot be connected to by a raw call",
  proof: "host",
  grants: nativeGrants,
  prepare: (site) => unixServer(join(site.directory, "host.sock")),
  program: (cell) => {
    const fd = cell.call("socket", 1, 1, 0);
    const address = Buffer.from(`\x01\0${cell.directory}/host.sock\0`);
    return cell.call("connect", fd, address, address.length);
  },
};
