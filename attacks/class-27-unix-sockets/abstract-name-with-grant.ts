// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { abstractServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim:
    "A grant for all unix sockets by path is none for abstract names, neither to connect nor to make one",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site) => [...nativeGrants(site), "--allow-unix=/"],
  prepare: () => abstractServer(`cordon-${randomUUID()}`),
  program: (cell) => {
    const address = Buffer.from(`\x01\0\0${cell.text("name")}`);
    const answer = cell.raw("connect", cell.call("socket", 1, 1, 0), address, address.length);
    const own = Buffer.from(`\x01\0\0${cell.text("name")}-own`);
    // Without a name at all the kernel would choose an abstract one.
    for (const length of [own.length, 2]) cell.call("bind", cell.call("socket", 1, 1, 0), own, length);
    return cell.check(answer, "connect");
  },
};
