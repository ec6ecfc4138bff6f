// SPDX-License-Identifier: Apache-2.0
import { attack } from "../harness/attack.ts";
export const hostile = attack({
  claim: "NODE_V8_COVERAGE of the host does not make the program's Node write files",
  proof: "outside",
  environment: (site) => ({ NODE_V8_COVERAGE: `${site.outside}/coverage` }),
  program: (cell) => cell.refused("NO_EFFECT"),
});
