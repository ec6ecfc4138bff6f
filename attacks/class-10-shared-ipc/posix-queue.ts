// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { randomUUID } from "node:crypto";
import { closeSync } from "node:fs";
import { hostNative } from "../harness/host-native.ts";

export const hostile: Attack = {
  claim: "No message gets into a POSIX queue of the host",
  proof: "word",
  grants: nativeGrants,
  prepare: (site) => {
    const { call } = hostNative(site);
    const name = `cordon-${randomUUID()}`;
    const createReadWrite = 0o102;
    const fd = call("mq_open", name, createReadWrite, 0o666, null);
    return {
      values: { name },
      dispose: () => {
        closeSync(fd);
        call("mq_unlink", name);
      },
    };
  },
  program: (cell) => {
    const fd = cell.call("mq_open", cell.text("name"), 1, 0, null);
    return cell.call("mq_timedsend", fd, "hello", 5, 0, null);
  },
};
