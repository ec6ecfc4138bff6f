// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { noSetuidBit } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "No file with a setuid or setgid bit is left in a granted directory",
  proof: "host",
  exceptions: [
    {
      walls: "-filters",
      reason:
        "mounts have no say in mode bits; native code, which the policy grants here, needs the filters to be held back (without it the runtime refuses: setuid-bit-by-node)",
    },
  ],
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
  ],
  prepare: noSetuidBit,
  program: (cell) => {
    const native = cell.native();
    const number = (name: string): number => native.numbers[name] ?? -1;
    const createForWriting = 0o101;
    const results = [
      native.call(number("openat"), -100, `${cell.granted}/by-open`, createForWriting, 0o4755),
      native.call(number("mkdirat"), -100, `${cell.granted}/by-mkdir`, 0o2755),
      native.call(number("mknodat"), -100, `${cell.granted}/by-mknod`, 0o104755, 0),
      native.call(number("fchmodat"), -100, `${cell.granted}/by-open`, 0o4755),
      native.call(number("fchmodat"), -100, `${cell.granted}/by-mkdir`, 0o2755),
    ];
    return cell.refused("NO_EFFECT", results.join());
  },
};
