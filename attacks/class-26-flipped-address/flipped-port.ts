// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim:
    "An address that another thread rewrites while the broker reads it connects to nothing that is not granted",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${Number(values["granted"])}`],
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
  program: (cell) => {
    const native = cell.native();
    const granted = cell.address4("127.0.0.1", cell.number("granted"));
    const forbidden = cell.address4("127.0.0.1", cell.number("port"));
    const target = Buffer.from(granted);
    const [socket = -1, connect = -1, close = -1] = ["socket", "connect", "close"].map(
      (name) => native.numbers[name],
    );
    // The granted port must be reached, or there is no door to slip through.
    cell.setup(() => cell.check(native.call(connect, native.call(socket, 2, 1, 0), granted, 16), "connect"));
    cell.check(native.flip(target, granted, forbidden), "a second thread");
    let connected = 0;
    // Without walls it takes as long as the other thread needs to have its turn.
    const until = Date.now() + Math.min(cell.patience, 2000);
    while (Date.now() < until) {
      const fd = native.call(socket, 2, 1, 0);
      if (native.call(connect, fd, target, target.length) === 0) connected++;
      native.call(close, fd);
    }
    native.settle();
    return cell.refused("NO_EFFECT", `${connected} connected`);
  },
};
