// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { lstatSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "No socket is left in a granted directory, made by mknod or by bind",
  proof: "host",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  prepare: (site) => ({
    values: {},
    harmed: () =>
      ["by-mknod", "by-bind"].some(
        (name) => lstatSync(join(site.granted, name), { throwIfNoEntry: false })?.isSocket() === true,
      )
        ? "a socket was left"
        : undefined,
  }),
  exceptions: [
    {
      walls: "-filters",
      reason:
        "mounts have no say in what kind of file is made; native code, which the policy grants here, needs the filters to be held back",
    },
  ],
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
