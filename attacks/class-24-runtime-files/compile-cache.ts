// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "The compile cache is not written outside",
  proof: "outside",
  program: (cell) => {
    const module = cell.node("node:module");
    const { status } = module.enableCompileCache(`${cell.outside}/cache`);
    if (status !== module.constants.compileCacheStatus.ENABLED) return cell.refused("NO_EFFECT");
    module.flushCompileCache();
    return cell.refused("NO_EFFECT");
  },
};
