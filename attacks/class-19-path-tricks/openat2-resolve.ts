// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "openat2 opens nothing with any way to resolve a path, nor with O_PATH",
  proof: "secret",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  program: (cell) => {
    const native = cell.native();
    const openat2 = native.numbers["openat2"] ?? -1;
    let last = -1;
    for (const resolve of [0, 0x01, 0x02, 0x04, 0x10]) {
      for (const flags of [0, 0o10000000]) {
        const how = Buffer.alloc(24);
        how.writeBigUInt64LE(BigInt(flags), 0);
        how.writeBigUInt64LE(BigInt(resolve), 16);
        last = native.call(openat2, -100, cell.secret, how, 24);
        if (last < 0) continue;
        const fd = flags === 0 ? last : cell.call("openat", -100, `/proc/self/fd/${last}`, 0, 0);
        return cell.loot(cell.node("node:fs").readFileSync(fd));
      }
    }
    return cell.check(last, "openat2");
  },
};
