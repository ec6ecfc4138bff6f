// SPDX-License-Identifier: Apache-2.0
import { attack } from "../harness/attack.ts";
export const hostile = attack({
  claim: "realpath.native resolves no path outside (CVE-2026-21715)",
  proof: "word",
  program: (cell) => cell.node("node:fs").realpathSync.native(cell.secret),
});
