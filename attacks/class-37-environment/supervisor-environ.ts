// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { readFileSync } from "node:fs";

export const hostile: Attack = {
  claim: "The environment of the processes above the program cannot be read",
  proof: "secret",
  grants: nativeGrants,
  // Within a shell that keeps the variable and hands none on: the program's parent has it, the program not.
  environment: (site) => ({ CANARY: readFileSync(site.secret, "utf8").trim() }),
  within: (_site, command) => ["/bin/sh", "-c", 'env -u CANARY "$@"; exit $?', "sh", ...command],
  program: (cell) => {
    const found: string[] = [];
    for (const pid of [process.ppid, 1, 2]) {
      const fd = cell
        .native()
        .call(cell.native().numbers["openat"] ?? -1, -100, `/proc/${pid}/environ`, 0, 0);
      if (fd < 0) continue;
      const bytes = Buffer.alloc(65536);
      const length = cell.native().call(cell.native().numbers["read"] ?? -1, fd, bytes, bytes.length);
      if (length > 0) found.push(bytes.subarray(0, length).toString("latin1"));
    }
    return cell.loot(found.join("\n"));
  },
};
