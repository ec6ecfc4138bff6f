// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "bpf makes no map",
  proof: "word",
  grants: nativeGrants,
  control: { ordinary: { none: "kernel.unprivileged_bpf_disabled" } },
  program: (cell) => {
    const attributes = Buffer.alloc(72);
    [2, 4, 4, 1].forEach((value, index) => void attributes.writeUInt32LE(value, 4 * index));
    return cell.call("bpf", 0, attributes, attributes.length);
  },
};
