// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "A grant to read an executable is none to execute it",
  proof: "word",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.tool}`],
  program: (cell) => {
    cell.setup(() => cell.node("node:fs").readFileSync(cell.tool));
    const list = cell.argumentList("say");
    cell.call("fcntl", 1, 2, 0); // Node marks its output close-on-exec
    cell.call("execve", cell.tool, list, null);
  },
};
