// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

const noTranslator = { none: "there is no translator on the way" };

export const hostile: Attack = {
  claim: "An IPv6 address that a translator turns into a private one (NAT64, 6to4) is no public one",
  proof: "word",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site) => [...nativeGrants(site), "--allow-net=public"],
  control: { root: noTranslator, ordinary: noTranslator },
  program: (cell) => {
    const addresses = [
      [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1],
      [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 169, 254, 169, 254],
      [0, 0x64, 0xff, 0x9b, 0, 1, 0, 0, 0, 0, 0, 0, 127, 0, 0, 1],
      [0x20, 0x02, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ];
    const results = addresses.map((bytes) => {
      const address = Buffer.alloc(28);
      address.writeUInt16LE(10, 0);
      address.writeUInt16BE(80, 2);
      address.set(bytes, 8);
      return cell.raw("connect", cell.raw("socket", 10, 0o4001, 0), address, 28);
    });
    // EACCES is the broker's; anything else comes from a network that was asked.
    const asked = results.filter((result) => result !== -13);
    return asked.length === 0 ? cell.refused("EACCES") : asked.join();
  },
};
