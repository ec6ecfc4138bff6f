// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "perf_event_open gives no descriptor",
  proof: "word",
  grants: nativeGrants,
  program: (cell) => {
    const attributes = Buffer.alloc(128);
    attributes.writeUInt32LE(1, 0); // software
    attributes.writeUInt32LE(128, 4);
    attributes.writeUInt32LE((1 << 5) | (1 << 6), 40); // neither kernel nor hypervisor
    return cell.call("perf_event_open", attributes, 0, -1, -1, 0);
  },
  exceptions: [
    {
      walls: "-filters",
      reason: "only the filters can take a system call away; it measures no process but the program's own",
    },
  ],
};
