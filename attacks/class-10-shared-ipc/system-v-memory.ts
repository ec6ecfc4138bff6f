// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { closeSync, openSync } from "node:fs";
import { hostNative } from "../harness/host-native.ts";

export const hostile: Attack = {
  claim: "System V shared memory of the host cannot be attached",
  proof: "secret",
  grants: nativeGrants,
  prepare: (site) => {
    const { call } = hostNative(site);
    const [private_, create, remove] = [0, 0o1000, 0];
    const id = call("shmget", private_, 4096, create | 0o666);
    const at = call("shmat", id, null, 0);
    const fd = openSync(site.secret, "r");
    call("read", fd, at, 256);
    closeSync(fd);
    call("shmdt", at);
    return { values: { id }, dispose: () => void call("shmctl", id, remove, null) };
  },
  program: (cell) => {
    const readOnly = 0o10000;
    const at = cell.call("shmat", cell.number("id"), null, readOnly);
    return cell.loot(cell.native().peek(at, 256));
  },
};
