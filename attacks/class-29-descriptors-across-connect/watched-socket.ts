// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoPorts } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim:
    "A socket that an epoll has known since before its connect, non-blocking, is connected to what is granted and to nothing else",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${values["granted"]}`],
  prepare: () => twoPorts(),
  program: async (cell) => {
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    const epoll = cell.raw("epoll_create1", 0);
    const results: number[] = [];
    for (const first of [granted, forbidden]) {
      const fd = cell.raw("socket", 2, 0o4001, 0);
      const event = Buffer.alloc(12);
      event.writeUInt32LE(0x5, 0);
      cell.raw("epoll_ctl", epoll, 1, fd, event);
      results.push(cell.raw("connect", fd, first, 16));
      cell.raw("epoll_pwait", epoll, Buffer.alloc(12 * 8), 8, 50, null, 8);
      results.push(cell.raw("connect", fd, forbidden, 16));
      cell.raw("write", fd, Buffer.from("x"), 1);
    }
    await cell.sleep(20);
    return cell.refused("NO_EFFECT", results.join());
  },
};
