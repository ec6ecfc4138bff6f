// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim:
    "Odd families, odd lengths and other spellings of a host's address connect to nothing that is not granted",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site) => [...nativeGrants(site), "--allow-net=192.0.2.1:80"],
  prepare: () => tcpServer(),
  program: (cell) => {
    const port = cell.number("port");
    const loopback = cell.address4("127.0.0.1", port);
    const mapped = Buffer.alloc(28);
    mapped.writeUInt16LE(10, 0);
    mapped.writeUInt16BE(port, 2);
    mapped.write("00000000000000000000ffff7f000001", 8, "hex");
    const unspecified = Buffer.from(loopback);
    unspecified.writeUInt16LE(0, 0);
    const long = Buffer.concat([loopback, Buffer.alloc(112)]);
    const tries: [number, Uint8Array][] = [
      [2, loopback],
      [2, cell.address4("0.0.0.0", port)],
      [2, cell.address4("127.1.2.3", port)],
      [2, unspecified],
      [2, long],
      [2, loopback.subarray(0, 15)],
      [10, mapped],
      [10, mapped.subarray(0, 24)],
    ];
    const results = tries.map(([family, address]) =>
      cell.raw("connect", cell.raw("socket", family, 1, 0), address, address.length),
    );
    return cell.refused("NO_EFFECT", results.join());
  },
};
