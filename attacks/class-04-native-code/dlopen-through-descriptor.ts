// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "process.dlopen of /proc/self/fd/N does not load a library",
  proof: "word",
  refusals: ["ERR_DLOPEN_DISABLED", "ERR_DLOPEN_FAILED"],
  grants: (site) => [`--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    const fd = cell.setup(() => cell.node("node:fs").openSync(cell.library, "r"));
    process.dlopen({ exports: {} }, `/proc/self/fd/${fd}`);
  },
};
