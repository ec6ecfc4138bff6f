// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A descriptor that is open for reading is not executed (fexecve)",
  proof: "word",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.tool}`],
  program: (cell) => {
    const fd = cell.setup(() => cell.call("openat", -100, cell.tool, 0, 0));
    const list = cell.argumentList("say");
    const emptyPath = 0x1000;
    cell.call("fcntl", 1, 2, 0); // Node marks its output close-on-exec
    cell.call("execveat", fd, "", list, null, emptyPath);
  },
};
