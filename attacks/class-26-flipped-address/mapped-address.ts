// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim:
    "An IPv4 address in the form of an IPv6 one, or in a socket of the other family, is the address that it is",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [
    ...nativeGrants(site),
    `--allow-net=127.0.0.1:${values["granted"]},[::/0]:${values["port"]}`,
  ],
  prepare: () => twoPorts(),
  program: (cell) => {
    const mapped = Buffer.alloc(28);
    mapped.writeUInt16LE(10, 0);
    mapped.writeUInt16BE(cell.number("port"), 2);
    mapped.set([0xff, 0xff, 127, 0, 0, 1], 18);
    const plain = cell.address4("127.0.0.1", cell.number("port"));
    const results = [
      cell.raw("connect", cell.raw("socket", 10, 1, 0), mapped, 28),
      cell.raw("connect", cell.raw("socket", 2, 1, 0), mapped, 28),
      cell.raw("connect", cell.raw("socket", 10, 1, 0), plain, 16),
    ];
    return cell.refused("NO_EFFECT", results.join());
  },
};
