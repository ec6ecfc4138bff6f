// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "openat with `..` from a granted directory's descriptor, or from an O_PATH one, opens nothing outside",
  proof: "secret",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  program: (cell) => {
    const native = cell.native();
    const openat = native.numbers["openat"] ?? -1;
    const pathOnly = 0o10000000;
    const directory = 0o200000;
    let last = -1;
    for (const flags of [directory, pathOnly | directory]) {
      const fd = cell.setup(() => cell.call("openat", -100, cell.granted, flags, 0));
      for (const path of [
        "../outside/secret.txt",
        "./../outside/../outside/secret.txt",
        "../../../../.." + cell.secret,
      ]) {
        last = native.call(openat, fd, path, 0, 0);
        if (last >= 0) return cell.loot(cell.node("node:fs").readFileSync(last));
      }
    }
    return cell.check(last, "openat");
  },
};
