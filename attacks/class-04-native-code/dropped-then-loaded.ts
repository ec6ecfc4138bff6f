// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "An addon that was given up before it was loaded is not loaded",
  proof: "word",
  refusals: ["ERR_DLOPEN_FAILED", "ERR_DLOPEN_DISABLED"],
  grants: (site) => [`--allow-fs-read=${site.native.addon}`, `--allow-addons=${site.native.addon}`],
  program: (cell) => {
    (process as { permission?: { drop?: (scope: string, reference?: string) => void } }).permission?.drop?.(
      "addon",
    );
    const module = { exports: {} };
    process.dlopen(module, cell.addon);
    return Object.keys(module.exports).join();
  },
};
