// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim:
    "An address that another thread rewrites while the broker reads it connects to nothing that is not granted",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${Number(values["granted"])}`],
  prepare: () => twoPorts(),
  program: (cell) => {
    const native = cell.native();
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    const target = Buffer.from(granted);
    // The granted port must be reached, or there is no door to slip through.
    cell.setup(() => cell.check(cell.raw("connect", cell.raw("socket", 2, 1, 0), granted, 16), "connect"));
    cell.check(native.flip(target, granted, forbidden), "a second thread");
    let connected = 0;
    // Without walls it takes as long as the other thread needs to have its turn.
    const until = Date.now() + Math.min(cell.patience, 2000);
    while (Date.now() < until) {
      const fd = cell.raw("socket", 2, 1, 0);
      if (cell.raw("connect", fd, target, target.length) === 0) connected++;
      cell.raw("close", fd);
    }
    native.settle();
    return cell.refused("NO_EFFECT", `${connected} connected`);
  },
};
