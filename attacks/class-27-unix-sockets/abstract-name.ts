// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { randomUUID } from "node:crypto";
import { abstractServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "An abstract unix socket of the host cannot be connected to",
  proof: "host",
  grants: nativeGrants,
  prepare: () => abstractServer(`cordon-${randomUUID()}`),
  program: (cell) => {
    const fd = cell.call("socket", 1, 1, 0);
    const address = Buffer.from(`\x01\0\0${cell.text("name")}`);
    return cell.call("connect", fd, address, address.length);
  },
};
