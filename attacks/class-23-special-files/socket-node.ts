// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { nothingLeft } from "../harness/witness.ts";
import { anyKindOfFile } from "../harness/exceptions.ts";

export const hostile: Attack = {
  claim: "No socket is left in a granted directory, made by mknod or by bind",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  prepare: (site) => nothingLeft(site.granted, "a socket", (_, facts) => facts.isSocket()),
  exceptions: anyKindOfFile("native code, which the policy grants here,"),
  program: (cell) => {
    const native = cell.native();
    const { mknodat = -1, socket = -1, bind = -1 } = native.numbers;
    const path = `${cell.granted}/by-bind`;
    const address = Buffer.alloc(2 + path.length + 1);
    address.writeUInt16LE(1, 0);
    address.write(path, 2);
    const results = [
      native.call(mknodat, -100, `${cell.granted}/by-mknod`, 0o140666, 0),
      native.call(bind, native.call(socket, 1, 1, 0), address, address.length),
    ];
    return cell.refused("NO_EFFECT", results.join());
  },
};
