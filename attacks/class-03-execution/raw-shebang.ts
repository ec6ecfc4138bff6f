// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A raw execve of a script with a shebang starts no interpreter",
  proof: "word",
  grants: (site) => [
    ...nativeGrants(site),
    `--allow-fs-read=${site.granted},${site.native.tool}`,
    `--allow-fs-write=${site.granted}`,
  ],
  program: (cell) => {
    const path = `${cell.granted}/script`;
    // The kernel starts what the line names with the script's path for its word: the tool then says that it ran.
    cell.setup(() => cell.node("node:fs").writeFileSync(path, `#!${cell.tool} say\n`, { mode: 0o755 }));
    const list = cell.argumentList("script");
    cell.call("fcntl", 1, 2, 0); // Node marks its output close-on-exec
    cell.call("execve", path, list, null);
  },
};
