// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { knocking } from "../harness/knock.ts";

export const hostile: Attack = {
  claim:
    "A grant for one unix socket makes none elsewhere, not even in a directory that the program may write",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--allow-unix=${site.granted}/granted.sock`,
  ],
  prepare: (site) => knocking({ path: join(site.granted, "own.sock") }, {}),
  program: async (cell) => {
    const bindTo = (path: string): number => {
      const address = Buffer.from(`\x01\0${path}\0`);
      const fd = cell.call("socket", 1, 1, 0);
      cell.call("bind", fd, address, address.length);
      return cell.call("listen", fd, 8);
    };
    cell.setup(() => bindTo(`${cell.granted}/granted.sock`));
    bindTo(`${cell.granted}/own.sock`);
    await cell.sleep(150);
    return cell.refused("NO_EFFECT");
  },
};
