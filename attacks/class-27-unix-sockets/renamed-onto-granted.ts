// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { twoSockets } from "../harness/two-servers.ts";

export const hostile: Attack = {
  claim: "A socket that the program renames or links to a granted name is not connected to by it",
  proof: "host",
  startRefusals: ["ERR_NOT_ENFORCEABLE"],
  grants: (site, values) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--allow-unix=${values["granted"]}`,
    `--allow-unix=${site.granted}/new.sock`,
  ],
  prepare: (site) => twoSockets(site),
  program: (cell) => {
    const fs = cell.node("node:fs");
    const connectTo = (path: string): number => {
      const address = Buffer.from(`\x01\0${path}\0`);
      const fd = cell.call("socket", 1, 1, 0);
      return cell.raw("connect", fd, address, address.length);
    };
    cell.setup(() => cell.check(connectTo(cell.text("granted")), "connect"));
    const attempt = (step: (from: string, to: string) => void, to: string): number => {
      try {
        step(cell.text("other"), to);
      } catch {
        return -13; // Landlock lets nobody move a socket, and the kernel nobody link to what is not his own
      }
      return connectTo(to);
    };
    const linked = attempt(fs.linkSync, `${cell.granted}/new.sock`);
    const renamed = attempt(fs.renameSync, cell.text("granted"));
    if (linked === 0 || renamed === 0) return `linked ${linked}, renamed ${renamed}`;
    cell.check(renamed, "connect");
    return cell.check(linked, "connect");
  },
};
