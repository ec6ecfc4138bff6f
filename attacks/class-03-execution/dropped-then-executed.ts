// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A program whose running was given up is not started, whichever way",
  proof: "word",
  grants: (site) => [`--allow-fs-read=${site.native.tool}`, `--allow-run=${site.native.tool}`],
  program: (cell) => {
    cell.setup(() => cell.execute(cell.tool, ["identity", String(process.geteuid?.())]));
    (process as { permission?: { drop?: (scope: string, reference?: string) => void } }).permission?.drop?.(
      "child",
    );
    return cell.execute(cell.tool, ["identity", String(process.geteuid?.())]);
  },
};
