// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim:
    "A socket that an epoll has known since before its connect, non-blocking, is connected to what is granted and to nothing else",
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
    const raw = (name: string, ...words: (number | Uint8Array | null)[]): number =>
      native.call(numbers[name] ?? -1, ...words);
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    const epoll = raw("epoll_create1", 0);
    const results: number[] = [];
    for (const first of [granted, forbidden]) {
      const fd = raw("socket", 2, 0o4001, 0);
      const event = Buffer.alloc(12);
      event.writeUInt32LE(0x5, 0);
      raw("epoll_ctl", epoll, 1, fd, event);
      results.push(raw("connect", fd, first, 16));
      raw("epoll_pwait", epoll, Buffer.alloc(12 * 8), 8, 50, null, 8);
      results.push(raw("connect", fd, forbidden, 16));
      raw("write", fd, Buffer.from("x"), 1);
    }
    await cell.sleep(20);
    return cell.refused("NO_EFFECT", results.join());
  },
};
