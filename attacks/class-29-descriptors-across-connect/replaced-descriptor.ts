// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim:
    "A descriptor whose number is given to another socket while its connect goes on does not take the connection along",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${values["granted"]}`],
  prepare: () => twoPorts(),
  program: async (cell) => {
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    const results: number[] = [];
    for (let round = 0; round < 50; round++) {
      // Non-blocking: what the answer finds at the number may be another socket by then.
      const fd = cell.raw("socket", 2, 0o4001, 0);
      const other = cell.raw("socket", 2, 0o4001, 0);
      cell.raw("connect", fd, granted, 16);
      cell.raw("dup3", other, fd, 0);
      results.push(cell.raw("connect", fd, forbidden, 16));
      cell.raw("connect", other, granted, 16);
      cell.raw("dup3", fd, other, 0);
      results.push(cell.raw("connect", other, forbidden, 16), cell.raw("connect", fd, forbidden, 16));
      cell.raw("close", fd);
      cell.raw("close", other);
    }
    await cell.sleep(20);
    return cell.refused("NO_EFFECT", [...new Set(results)].join());
  },
};
