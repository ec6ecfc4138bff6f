// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "process_vm_writev writes nothing to another process",
  proof: "word",
  grants: nativeGrants,
  prepare: async (site) => {
    const { pid, address, length, dispose } = await canaryProcess(site);
    return { values: { pid, address, length }, dispose };
  },
  program: (cell) => {
    const bytes = Buffer.alloc(cell.number("length"), "x");
    const vector = (address: number): Buffer => {
      const one = Buffer.alloc(16);
      one.writeBigUInt64LE(BigInt(address), 0);
      one.writeBigUInt64LE(BigInt(bytes.length), 8);
      return one;
    };
    const local = vector(cell.native().address(bytes));
    const remote = vector(cell.number("address"));
    return cell.call("process_vm_writev", cell.number("pid"), local, 1, remote, 1, 0);
  },
};
