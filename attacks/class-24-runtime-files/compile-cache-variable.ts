// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "NODE_COMPILE_CACHE of the host makes no program's Node write there, whatever of the environment is granted",
  proof: "outside",
  grants: () => ["--allow-env=*"],
  environment: (site) => ({ NODE_COMPILE_CACHE: `${site.outside}/cache` }),
  program: (cell) => {
    cell.node("node:module").flushCompileCache();
    return cell.refused("NO_EFFECT");
  },
};
