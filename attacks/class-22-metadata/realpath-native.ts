// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "realpath.native resolves no path outside (CVE-2026-21715)",
  proof: "word",
  program: (cell) => cell.node("node:fs").realpathSync.native(cell.secret),
};
