// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";
import { executableMemory } from "../harness/exceptions.ts";
export const hostile: Attack = {
  claim: "An executable made in memory cannot be executed",
  proof: "word",
  exceptions: executableMemory,
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.tool}`],
  program: (cell) => {
    const image = cell.setup(() => cell.node("node:fs").readFileSync(cell.tool));
    const fd = cell.call("memfd_create", "image", 0);
    cell.call("write", fd, image, image.length);
    const list = cell.argumentList("say");
    const emptyPath = 0x1000;
    cell.call("fcntl", 1, 2, 0); // Node marks its output close-on-exec
    cell.call("execveat", fd, "", list, null, emptyPath);
  },
};
