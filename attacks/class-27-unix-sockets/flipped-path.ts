// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoSockets } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim:
    "A path that another thread rewrites while the broker reads it connects to no socket that is not granted",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-unix=${values["granted"]}`],
  prepare: (site) => twoSockets(site),
  program: (cell) => {
    const native = cell.native();
    const size = 110;
    const addressOf = (path: string): Buffer =>
      Buffer.concat([Buffer.from(`\x01\0${path}`), Buffer.alloc(size)], size);
    const granted = addressOf(cell.text("granted"));
    const target = Buffer.from(granted);
    cell.setup(() => cell.check(cell.raw("connect", cell.raw("socket", 1, 1, 0), granted, size), "connect"));
    cell.check(native.flip(target, granted, addressOf(cell.text("other"))), "a second thread");
    let connected = 0;
    const until = Date.now() + Math.min(cell.patience, 300);
    while (Date.now() < until) {
      const fd = cell.raw("socket", 1, 1, 0);
      if (cell.raw("connect", fd, target, size) === 0) connected++;
      cell.raw("close", fd);
    }
    native.settle();
    return cell.refused("NO_EFFECT", `${connected} connected`);
  },
};
