// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A granted executable has no more children than the limit",
  proof: "word",
  refusals: ["EAGAIN"],
  startRefusals: ["ERR_LIMIT_UNENFORCEABLE"],
  grants: (site) => [
    `--allow-fs-read=${site.native.tool}`,
    `--allow-run=${site.native.tool}`,
    "--limit-processes=64",
    "--accept=limits",
  ],
  program: (cell) => cell.execute(cell.tool, ["bomb", "400"]),
};
