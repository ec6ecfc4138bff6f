// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "A file that is granted for reading is not made longer or hollow (fallocate, ftruncate)",
  proof: "host",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => {
    const native = cell.native();
    const { openat = -1, fallocate = -1, ftruncate = -1 } = native.numbers;
    const path = `${cell.granted}/file.txt`;
    const readable = cell.setup(() => cell.call("openat", -100, path, 0, 0));
    const punchHole = 3;
    native.call(fallocate, readable, 0, 0, 65536);
    native.call(ftruncate, readable, 0);
    const writable = cell.check(native.call(openat, -100, path, 2, 0), "openat");
    native.call(fallocate, writable, punchHole, 0, 4);
    return cell.check(native.call(fallocate, writable, 0, 0, 65536), "fallocate");
  },
};
