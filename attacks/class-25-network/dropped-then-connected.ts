// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { tcpServer } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A server that the program gave up is not reached by a raw connect",
  proof: "host",
  grants: (site, values) => [...nativeGrants(site), `--allow-net=127.0.0.1:${values["port"]}`],
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  prepare: () => tcpServer(),
  program: (cell) => {
    cell.native();
    (process as { permission?: { drop?: (scope: string, reference?: string) => void } }).permission?.drop?.(
      "net.connect",
      "127.0.0.0/8",
    );
    const fd = cell.call("socket", 2, 1, 0);
    const address = cell.address4("127.0.0.1", cell.number("port"));
    return cell.call("connect", fd, address, address.length);
  },
};
