// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "openAsBlob reads nothing outside (CVE-2023-30583)",
  proof: "secret",
  refusals: ["ERR_INVALID_ARG_VALUE"],
  program: async (cell) => {
    const blob = await cell.node("node:fs").openAsBlob(cell.secret);
    try {
      return cell.loot(await blob.text());
    } catch (error) {
      if (String(error).includes("could not be read")) cell.refused("ENOENT");
      throw error;
    }
  },
};
