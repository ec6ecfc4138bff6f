// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "NODE_V8_COVERAGE of the host does not make the program's Node write files",
  proof: "outside",
  environment: (site) => ({ NODE_V8_COVERAGE: `${site.outside}/coverage` }),
  program: (cell) => cell.refused("NO_EFFECT"),
};
