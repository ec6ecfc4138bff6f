// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "execve of /proc/self/fd/N, as libc's fexecve does it where there is no execveat, executes nothing",
  proof: "word",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.tool}`],
  program: (cell) => {
    const fd = cell.setup(() => cell.call("openat", -100, cell.tool, 0, 0));
    const list = cell.argumentList("say");
    cell.call("fcntl", 1, 2, 0); // Node marks its output close-on-exec
    cell.call("execve", `/proc/self/fd/${fd}`, list, null);
  },
};
