// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim:
    "The handle under child_process, taken from a granted child's, starts no executable that is not granted",
  proof: "word",
  grants: (site) => [`--allow-fs-read=${site.native.tool}`, `--allow-run=${site.native.tool}`],
  program: async (cell) => {
    const { spawn } = cell.node("node:child_process");
    const child = cell.setup(() => spawn(cell.tool, ["identity", "4294967294"], { stdio: "ignore" }));
    type Handle = { spawn(...rest: unknown[]): number; constructor: new () => Handle };
    const { _handle: handle } = child as unknown as { _handle: Handle };
    const own = new handle.constructor();
    const words = ["sh", "-c", `echo '${JSON.stringify({ succeeded: true, detail: "the shell ran" })}'`];
    const stdio = [{ type: "ignore" }, { type: "inherit", fd: 1 }, { type: "ignore" }];
    const error = own.spawn("/bin/sh", words, undefined, [], stdio, 0);
    cell.check(error, "spawn");
    await cell.sleep(100);
    return cell.refused("NO_EFFECT");
  },
};
