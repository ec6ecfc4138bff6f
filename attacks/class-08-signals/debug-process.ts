// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { canaryProcess, diedOf } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "process._debugProcess signals no process outside",
  proof: "host",
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, harmed: () => diedOf(canary), dispose: canary.dispose };
  },
  program: (cell) => {
    try {
      (process as unknown as { _debugProcess(pid: number): void })._debugProcess(cell.number("pid"));
    } catch (error) {
      // It throws errors without a code; the errno's name begins their text.
      if ((error as { code?: string }).code !== undefined) throw error;
      cell.refused("EPERM", String(error));
    }
  },
};
