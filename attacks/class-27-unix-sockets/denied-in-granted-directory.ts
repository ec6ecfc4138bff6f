// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { twoSockets } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "A socket that is denied within a granted directory is not connected to",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [
    `--allow-fs-read=${site.granted}`,
    `--allow-unix=${site.granted}`,
    `--deny-unix=${values["other"]}`,
  ],
  prepare: (site) => twoSockets(site),
  program: async (cell) => {
    const { connect } = cell.node("node:net");
    try {
      await cell.event(connect(cell.text("granted")), "connect");
    } catch (error) {
      cell.setup(() => {
        throw error;
      });
    }
    await cell.event(connect(cell.text("other")), "connect");
  },
};
