// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { randomUUID } from "node:crypto";
import { copyFileSync, rmSync } from "node:fs";

export const hostile: Attack = {
  claim: "POSIX shared memory of the host (/dev/shm) cannot be opened",
  proof: "secret",
  grants: nativeGrants,
  prepare: (site) => {
    const path = `/dev/shm/cordon-${randomUUID()}`;
    copyFileSync(site.secret, path);
    return { values: { path }, dispose: () => rmSync(path) };
  },
  program: (cell) => {
    const fd = cell.call("openat", -100, cell.text("path"), 0, 0);
    return cell.loot(cell.node("node:fs").readFileSync(fd));
  },
};
