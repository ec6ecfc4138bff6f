// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "The module loader's own handler for .node files loads nothing without a grant",
  proof: "word",
  refusals: ["ERR_DLOPEN_DISABLED", "ERR_DLOPEN_FAILED"],
  grants: (site) => [`--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    const Module = cell.node("node:module") as unknown as {
      _extensions: Record<string, (module: object, path: string) => void>;
    };
    const load = Module._extensions[".node"];
    if (load === undefined) throw new Error("Expected a handler for .node");
    load({ exports: {} }, cell.library);
    return cell.refused("NO_EFFECT");
  },
};
