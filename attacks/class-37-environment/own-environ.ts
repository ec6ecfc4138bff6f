// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { readFileSync } from "node:fs";

export const hostile: Attack = {
  claim: "/proc/self/environ holds nothing that is not granted",
  proof: "secret",
  grants: nativeGrants,
  environment: (site) => ({ CANARY: readFileSync(site.secret, "utf8").trim() }),
  program: (cell) => {
    const fd = cell.call("openat", -100, "/proc/self/environ", 0, 0);
    const bytes = Buffer.alloc(4096);
    const length = cell.call("read", fd, bytes, bytes.length);
    return cell.loot(bytes.subarray(0, length));
  },
};
