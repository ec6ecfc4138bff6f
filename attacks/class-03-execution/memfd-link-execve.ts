// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "An executable made in memory cannot be executed by its link in /proc/self/fd",
  proof: "word",
  exceptions: [
    {
      walls: "-filters",
      user: "root",
      before: [6, 3],
      reason:
        "before Linux 6.3 executable memfds cannot be forbidden at all; native code, which the policy grants here, gets nothing by another image",
    },
    {
      walls: "-filters",
      user: "ordinary",
      reason:
        "only the host's root can forbid executable memfds for a pid namespace (vm.memfd_noexec); native code, which the policy grants here, gets nothing by another image",
    },
  ],
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.tool}`],
  program: (cell) => {
    const image = cell.setup(() => cell.node("node:fs").readFileSync(cell.tool));
    const fd = cell.call("memfd_create", "image", 0);
    cell.call("write", fd, image, image.length);
    const word = Buffer.from("say\0");
    const list = Buffer.alloc(16);
    list.writeBigUInt64LE(BigInt(cell.native().address(word)));
    cell.call("fcntl", 1, 2, 0); // Node marks its output close-on-exec
    cell.call("execve", `/proc/self/fd/${fd}`, list, null);
  },
};
