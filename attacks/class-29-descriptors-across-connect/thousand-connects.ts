// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "Among a thousand connects at once none slips through to what is not granted",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${values["granted"]}`],
  prepare: () => twoPorts(),
  program: async (cell) => {
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    const results = new Set<number>();
    for (let round = 0; round < 1000; round++) {
      const fd = cell.raw("socket", 2, 0o4001, 0);
      results.add(cell.raw("connect", fd, round % 10 === 0 ? granted : forbidden, 16));
      if (fd > 900) cell.raw("close", fd);
    }
    await cell.sleep(20);
    return cell.refused("NO_EFFECT", [...results].join());
  },
};
