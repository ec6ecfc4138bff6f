// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { nothingLeft } from "../harness/witness.ts";
import { anyKindOfFile } from "../harness/exceptions.ts";

export const hostile: Attack = {
  claim: "A granted program makes no FIFO either: a child has the filters of its parent",
  proof: "host",
  refusals: ["EXIT"],
  grants: (site) => [
    `--allow-fs-read=${site.granted},/usr/bin/mkfifo`,
    `--allow-fs-write=${site.granted}`,
    "--allow-run=/usr/bin/mkfifo",
  ],
  prepare: (site) => nothingLeft(site.granted, "a FIFO", (_, facts) => facts.isFIFO()),
  exceptions: anyKindOfFile("a granted program"),
  program: (cell) => {
    const { spawnSync } = cell.node("node:child_process");
    const ended = spawnSync("/usr/bin/mkfifo", [`${cell.granted}/trap`], { encoding: "utf8" });
    if (ended.error !== undefined) throw ended.error;
    return cell.refused("EXIT", `${ended.status} ${ended.stderr}`);
  },
};
