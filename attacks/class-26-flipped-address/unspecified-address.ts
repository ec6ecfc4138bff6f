// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "0.0.0.0 and ::, which connect to this machine, are held to what is granted of it",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [
    ...nativeGrants(site),
    `--allow-net=127.0.0.1:${values["granted"]},0.0.0.0:${values["granted"]}`,
  ],
  prepare: () => twoPorts(),
  program: (cell) => {
    const six = Buffer.alloc(28);
    six.writeUInt16LE(10, 0);
    six.writeUInt16BE(cell.number("port"), 2);
    const mapped = Buffer.from(six);
    mapped.set([0xff, 0xff], 18);
    const results = [
      cell.raw("connect", cell.raw("socket", 2, 1, 0), cell.address4("0.0.0.0", cell.number("port")), 16),
      cell.raw("connect", cell.raw("socket", 10, 1, 0), six, 28),
      cell.raw("connect", cell.raw("socket", 10, 1, 0), mapped, 28),
    ];
    return cell.refused("NO_EFFECT", results.join());
  },
};
