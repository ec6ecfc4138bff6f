// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim:
    "A descriptor whose number is given to another socket while its connect goes on does not take the connection along",
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
    const results: number[] = [];
    for (let round = 0; round < 50; round++) {
      // Non-blocking: what the answer finds at the number may be another socket by then.
      const fd = raw("socket", 2, 0o4001, 0);
      const other = raw("socket", 2, 0o4001, 0);
      raw("connect", fd, granted, 16);
      raw("dup3", other, fd, 0);
      results.push(raw("connect", fd, forbidden, 16));
      raw("connect", other, granted, 16);
      raw("dup3", fd, other, 0);
      results.push(raw("connect", other, forbidden, 16), raw("connect", fd, forbidden, 16));
      raw("close", fd);
      raw("close", other);
    }
    await cell.sleep(20);
    return cell.refused("NO_EFFECT", [...new Set(results)].join());
  },
};
