// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A granted executable with the setuid bit runs as the program does",
  proof: "word",
  grants: (site) => [`--allow-fs-read=${site.native.setuid.path}`, `--allow-run=${site.native.setuid.path}`],
  prepare: (site) => ({ values: { path: site.native.setuid.path, uid: site.native.setuid.uid } }),
  program: (cell) => cell.execute(cell.text("path"), ["identity", cell.text("uid")]),
};
