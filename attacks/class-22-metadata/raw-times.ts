// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "No raw call sets times: utimensat by path or by descriptor, utime, utimes, futimesat",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => {
    const native = cell.native();
    const path = `${cell.granted}/file.txt`;
    const fd = cell.setup(() => cell.call("openat", -100, path, 0, 0));
    const times = Buffer.alloc(32);
    const { utimensat = -1, utime, utimes, futimesat } = native.numbers;
    let last = native.call(utimensat, -100, path, times, 0);
    if (last < 0) last = native.call(utimensat, fd, null, times, 0);
    if (last < 0 && utime !== undefined) last = native.call(utime, path, times);
    if (last < 0 && utimes !== undefined) last = native.call(utimes, path, times);
    if (last < 0 && futimesat !== undefined) last = native.call(futimesat, -100, path, times);
    return cell.check(last, "utimensat");
  },
};
