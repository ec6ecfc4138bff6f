// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "Native code maps no file executable that is only readable",
  proof: "word",
  exceptions: [
    {
      walls: "-namespaces",
      reason:
        "a granted addon, and what it links to, is mapped while the program runs, and Landlock has no right for mapping; native code, which the policy grants here, is inside already",
    },
  ],
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    const fd = cell.setup(() => cell.call("openat", -100, cell.library, 0, 0));
    const readAndExecute = 5;
    const shared = 1;
    const length = 4096;
    for (const kind of [2, shared]) {
      const at = cell
        .native()
        .call(cell.native().numbers["mmap"] ?? -1, 0, length, readAndExecute, kind, fd, 0);
      if (at > 0 || at < -4095) return "it was mapped";
      cell.check(at, "mmap");
    }
  },
};
