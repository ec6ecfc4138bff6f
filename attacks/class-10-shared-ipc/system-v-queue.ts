// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { hostNative } from "../harness/host-native.ts";

export const hostile: Attack = {
  claim: "No message gets into a System V queue of the host",
  proof: "word",
  grants: nativeGrants,
  prepare: (site) => {
    const { call } = hostNative(site);
    const [private_, create, remove] = [0, 0o1000, 0];
    const id = call("msgget", private_, create | 0o666);
    return { values: { id }, dispose: () => void call("msgctl", id, remove, null) };
  },
  program: (cell) => {
    const message = Buffer.alloc(16);
    message.writeBigInt64LE(1n);
    return cell.call("msgsnd", cell.number("id"), message, 8, 0);
  },
};
