// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { hostNative } from "../harness/host-native.ts";

export const hostile: Attack = {
  claim: "System V semaphores of the host cannot be changed",
  proof: "word",
  grants: nativeGrants,
  prepare: (site) => {
    const { call } = hostNative(site);
    const [private_, create, remove] = [0, 0o1000, 0];
    const id = call("semget", private_, 1, create | 0o666);
    return { values: { id }, dispose: () => void call("semctl", id, 0, remove, 0) };
  },
  program: (cell) => {
    const up = Buffer.from([0, 0, 1, 0, 0, 0]);
    return cell.call("semop", cell.number("id"), up, 1);
  },
};
