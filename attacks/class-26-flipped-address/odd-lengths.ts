// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim:
    "An address that is too short, too long or of no length at all is refused, or means what its bytes say",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${values["granted"]}`],
  prepare: () => twoPorts(),
  program: (cell) => {
    const address = Buffer.alloc(4096);
    address.set(cell.address4("127.0.0.1", cell.number("port")));
    // The granted address further back, for whoever looks there.
    address.set(cell.address4("127.0.0.1", cell.number("granted")), 16);
    const results: number[] = [];
    for (const length of [0, 1, 2, 7, 8, 15, 16, 17, 28, 110, 128, 129, 4096, -1, 0x7fffffff])
      results.push(cell.raw("connect", cell.raw("socket", 2, 1, 0), address, length));
    return cell.refused("NO_EFFECT", results.join());
  },
};
