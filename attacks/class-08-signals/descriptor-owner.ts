// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { canaryProcess, diedOf } from "../harness/canary.ts";

export const hostile: Attack = {
  claim: "A descriptor whose owner is a process outside (F_SETOWN, SIGIO) signals nobody there",
  proof: "host",
  grants: nativeGrants,
  prepare: async (site) => {
    const canary = await canaryProcess(site);
    return { values: { pid: canary.pid }, harmed: () => diedOf(canary), dispose: canary.dispose };
  },
  program: (cell) => {
    const ends = Buffer.alloc(8);
    cell.call("pipe2", ends, 0);
    const [setOwner, setSignal, setFlags, async] = [8, 10, 4, 0o20000];
    const reader = ends.readInt32LE(0);
    cell.call("fcntl", reader, setOwner, cell.number("pid"));
    cell.call("fcntl", reader, setSignal, 15);
    cell.call("fcntl", reader, setFlags, async);
    cell.call("write", ends.readInt32LE(4), "x", 1);
    // The call itself is allowed by some walls: what counts is that the process outside lives.
    return cell.refused("NO_EFFECT", "the host tells whether the signal arrived");
  },
};
