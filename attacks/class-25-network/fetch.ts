// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "fetch reaches no server of the host",
  proof: "host",
  prepare: () => tcpServer(),
  program: async (cell) => {
    try {
      await fetch(`http://localhost:${cell.text("port")}/`);
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause;
      cell.refused(cause?.code ?? "UNKNOWN", String(error));
    }
  },
  refusals: ["ENOTFOUND", "EAI_AGAIN"],
};
