// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "A granted executable is given no library by LD_PRELOAD, LD_AUDIT or the linker's path",
  proof: "word",
  refusals: ["EXIT"],
  exceptions: [
    {
      walls: "-namespaces",
      reason:
        "Landlock has no right for mapping, and what may start a child may map: a granted executable loads what it may read, within the same walls",
    },
  ],
  grants: (site) => [
    `--allow-fs-read=${site.native.library},${site.native.dynamicTool}`,
    `--allow-run=${site.native.dynamicTool}`,
  ],
  program: (cell) => {
    const { spawnSync } = cell.node("node:child_process");
    // It is told to say nothing of itself: all that speaks is the library.
    const said = ["LD_PRELOAD", "LD_AUDIT"].map((name) => {
      const ended = spawnSync(cell.dynamicTool, ["identity", "4294967294"], {
        encoding: "utf8",
        env: { [name]: cell.library },
      });
      if (ended.error !== undefined) throw ended.error;
      return ended.stdout;
    });
    return said.some((text) => text.includes("library was loaded"))
      ? "the library was loaded"
      : cell.refused("EXIT", said.join());
  },
};
