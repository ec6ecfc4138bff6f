// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A library that lies in memory alone (memfd) is not loaded beside a granted addon",
  proof: "word",
  refusals: ["ERR_DLOPEN_DISABLED", "ERR_DLOPEN_FAILED"],
  exceptions: [
    {
      walls: "-filters",
      user: "root",
      before: [6, 3],
      reason:
        "before Linux 6.3 executable memfds cannot be forbidden at all; native code, which the policy grants here, is inside already",
    },
    {
      walls: "-filters",
      user: "ordinary",
      reason:
        "only the host's root can forbid executable memfds for a pid namespace (vm.memfd_noexec); native code, which the policy grants here, is inside already",
    },
  ],
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    const image = cell.setup(() => cell.node("node:fs").readFileSync(cell.library));
    const fd = cell.call("memfd_create", "library", 0);
    cell.call("write", fd, image, image.length);
    process.dlopen({ exports: {} }, `/proc/self/fd/${fd}`);
    return cell.refused("NO_EFFECT");
  },
};
