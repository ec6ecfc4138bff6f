// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "Among a thousand connects at once none slips through to what is not granted",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${values["granted"]}`],
  prepare: async () => {
    const [server, other] = [await tcpServer(), await tcpServer()];
    return {
      values: { port: server.port, granted: other.port },
      harmed: server.harmed,
      dispose: () => {
        server.dispose();
        other.dispose();
      },
    };
  },
  program: async (cell) => {
    const native = cell.native();
    const numbers = native.numbers;
    const raw = (name: string, ...words: (number | Uint8Array)[]): number =>
      native.call(numbers[name] ?? -1, ...words);
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    const results = new Set<number>();
    for (let round = 0; round < 1000; round++) {
      const fd = raw("socket", 2, 0o4001, 0);
      results.add(raw("connect", fd, round % 10 === 0 ? granted : forbidden, 16));
      if (fd > 900) raw("close", fd);
    }
    await cell.sleep(20);
    return cell.refused("NO_EFFECT", [...results].join());
  },
};
