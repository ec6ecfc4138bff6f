// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "FileHandle.utimes on a handle that is open for reading is refused (CVE-2026-48935)",
  proof: "host",
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: async (cell) => {
    const handle = await cell.node("node:fs/promises").open(`${cell.granted}/file.txt`, "r");
    await handle.utimes(1, 1);
  },
};
