// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim:
    "A copy of a socket that was made before its connect reaches nothing that is not granted, and neither does one made after",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${values["granted"]}`],
  prepare: () => twoPorts(),
  program: (cell) => {
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    const nothing = Buffer.alloc(16);
    const fd = cell.raw("socket", 2, 1, 0);
    const before = cell.raw("dup", fd);
    cell.setup(() => cell.check(cell.raw("connect", fd, granted, 16), "connect"));
    const after = cell.raw("dup", fd);
    const results: number[] = [];
    for (const copy of [before, after, fd]) {
      results.push(cell.raw("connect", copy, forbidden, 16));
      results.push(cell.raw("connect", copy, nothing, 16));
      results.push(cell.raw("connect", copy, forbidden, 16));
      results.push(cell.raw("sendto", copy, Buffer.from("x"), 1, 0x20004000, forbidden, 16));
    }
    return cell.refused("NO_EFFECT", results.join());
  },
};
