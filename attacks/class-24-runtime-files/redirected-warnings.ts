// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "NODE_REDIRECT_WARNINGS of the host makes no program's Node write there, whatever of the environment is granted",
  proof: "outside",
  grants: () => ["--allow-env=*"],
  environment: (site) => ({ NODE_REDIRECT_WARNINGS: `${site.outside}/warnings` }),
  program: async (cell) => {
    process.emitWarning("from the program");
    await cell.sleep(50);
    return cell.refused("NO_EFFECT");
  },
};
