// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { udpServer } from "../harness/canary.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "A UDP socket that is connected to a granted address cannot be aimed anew",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [
    ...nativeGrants(site),
    `--allow-net=udp://127.0.0.1:${Number(values["granted"])}`,
  ],
  prepare: () => twoPorts(udpServer),
  program: (cell) => {
    const fd = cell.call("socket", 2, 2, 0);
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const other = cell.address4("127.0.0.1", cell.number("port"));
    cell.setup(() => cell.call("connect", fd, granted, granted.length));
    const unspecified = Buffer.alloc(16);
    const results = [
      cell.raw("sendto", fd, "hello", 5, 0, other, other.length),
      cell.raw("connect", fd, unspecified, unspecified.length),
      cell.raw("connect", fd, other, other.length),
      cell.raw("write", fd, "hello", 5),
    ];
    return cell.refused("NO_EFFECT", results.join());
  },
};
