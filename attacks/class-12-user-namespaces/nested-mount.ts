// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A granted executable makes no user namespace in which it may mount",
  proof: "word",
  refusals: ["ENOSPC"],
  grants: (site) => [`--allow-fs-read=${site.native.tool}`, `--allow-run=${site.native.tool}`],
  program: (cell) => cell.execute(cell.tool, ["namespaces"]),
};
