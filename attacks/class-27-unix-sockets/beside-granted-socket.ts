// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoSockets } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "A grant for one unix socket is none for the one beside it, however its path is written",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-unix=${values["granted"]}`],
  prepare: (site) => twoSockets(site),
  program: (cell) => {
    const connectTo = (path: string): number => {
      const address = Buffer.from(`\x01\0${path}\0`);
      return cell.raw("connect", cell.call("socket", 1, 1, 0), address, address.length);
    };
    // The granted one must be reached, or there is nothing that a wall tells apart.
    cell.setup(() => cell.check(connectTo(cell.text("granted")), "connect"));
    const { basename } = cell.node("node:path");
    const other = cell.text("other");
    const ways = [
      other,
      `${cell.text("granted")}/../other.sock`,
      `/proc/self/root${other}`,
      `/proc/self/cwd/granted/${basename(other)}`,
      `granted/${basename(other)}`,
      `//${other}`,
    ];
    const answers = ways.map(connectTo);
    if (answers.includes(0)) return answers.join();
    return cell.check(answers[0] ?? -1, "connect");
  },
};
