// SPDX-License-Identifier: Apache-2.0
import type { Host } from "../host/index.ts";
import type { OciIdentity } from "./bundle.ts";
import { hasOwnKernel, type OciRuntime } from "./runtimes.ts";

// As in a cell: ids that no distribution gives out.
const FIRST_UID = 0x40000000;
const ROOM = 0x1fffffff;

/**
 * Who the program is. In a container it is user 0 wherever the runtime maps that user alone, and has no capability: to
 * own a file is then all that it may do by it.
 *
 * - runc and crun as an ordinary user: user 0 is the caller, which is the only one that the kernel lets such a user map.
 * - runc and crun as root: two ids of the container's own, for the runtime's set-up and for the program.
 * - gVisor: its users are its own kernel's. Files are reached through a process of the runtime's, as the caller.
 *
 * @param cell a number that tells this container from others
 */
export function ociIdentity(runtime: OciRuntime, host: Host["identity"], cell: number): OciIdentity {
  if (hasOwnKernel(runtime)) return { uid: 0, gid: 0 };
  if (host.kind === "ordinary")
    return { uid: 0, gid: 0, mappings: [{ containerID: 0, hostID: host.uid, size: 1 }] };
  const outside = FIRST_UID + (cell % ROOM) * 2;
  return {
    uid: 1000,
    gid: 1000,
    mappings: [
      { containerID: 0, hostID: outside, size: 1 },
      { containerID: 1000, hostID: outside + 1, size: 1 },
    ],
  };
}
