// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { lstatSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A granted program makes no FIFO either: a child has the filters of its parent",
  proof: "host",
  refusals: ["EXIT"],
  grants: (site) => [
    `--allow-fs-read=${site.granted},/usr/bin/mkfifo`,
    `--allow-fs-write=${site.granted}`,
    "--allow-run=/usr/bin/mkfifo",
  ],
  prepare: (site) => ({
    values: {},
    harmed: () =>
      lstatSync(join(site.granted, "trap"), { throwIfNoEntry: false })?.isFIFO() === true
        ? "a FIFO was left"
        : undefined,
  }),
  exceptions: [
    {
      walls: "-filters",
      reason:
        "mounts have no say in what kind of file is made; a granted program needs the filters to be held back",
    },
  ],
  program: (cell) => {
    const { spawnSync } = cell.node("node:child_process");
    const ended = spawnSync("/usr/bin/mkfifo", [`${cell.granted}/trap`], { encoding: "utf8" });
    if (ended.error !== undefined) throw ended.error;
    return cell.refused("EXIT", `${ended.status} ${ended.stderr}`);
  },
};
