// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "LD_PRELOAD of the host is loaded by no process of a cell, whatever of the environment is granted",
  proof: "word",
  grants: (site) => ["--allow-env=*", `--allow-fs-read=${site.native.library}`],
  environment: (site) => ({ LD_PRELOAD: site.native.library, LD_AUDIT: site.native.library }),
  program: (cell) => cell.refused("NO_EFFECT"),
};
