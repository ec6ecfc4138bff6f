// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { udpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "sendmmsg, with the address behind two pointers, reaches no socket of the host",
  proof: "host",
  grants: nativeGrants,
  prepare: () => udpServer(),
  program: (cell) => {
    const native = cell.native();
    const fd = cell.call("socket", 2, 2, 0);
    const address = cell.address4("127.0.0.1", cell.number("port"));
    const payload = Buffer.from("hello");
    const vector = Buffer.alloc(16);
    vector.writeBigUInt64LE(BigInt(native.address(payload)), 0);
    vector.writeBigUInt64LE(5n, 8);
    const message = Buffer.alloc(64);
    message.writeBigUInt64LE(BigInt(native.address(address)), 0);
    message.writeUInt32LE(address.length, 8);
    message.writeBigUInt64LE(BigInt(native.address(vector)), 16);
    message.writeBigUInt64LE(1n, 24);
    cell.call("sendmmsg", fd, message, 1, 0);
    return cell.refused("NO_EFFECT");
  },
};
