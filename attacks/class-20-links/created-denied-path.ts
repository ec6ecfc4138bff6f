// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const hostile: Attack = {
  claim: "A denied path that does not exist yet cannot be created",
  proof: "host",
  refusals: ["EEXIST", "EBUSY", "ENOTEMPTY"],
  grants: (site) => [
    `--allow-fs-read=${site.granted}`,
    `--allow-fs-write=${site.granted}`,
    `--deny-fs-write=${join(site.granted, "hooks")}`,
  ],
  startRefusals: ["ERR_DENY_MISSING_PATH", "ERR_NOT_ENFORCEABLE"],
  prepare: (site) => ({
    values: {},
    harmed: () =>
      existsSync(join(site.granted, "hooks", "pre-commit")) ? "the denied file was made" : undefined,
  }),
  program: (cell) => {
    const fs = cell.node("node:fs");
    // Made elsewhere and renamed into place, should making it directly be refused.
    try {
      fs.mkdirSync(`${cell.granted}/hooks`);
      fs.writeFileSync(`${cell.granted}/hooks/pre-commit`, "#!/bin/sh\n");
    } catch {
      fs.mkdirSync(`${cell.granted}/other`);
      fs.writeFileSync(`${cell.granted}/other/pre-commit`, "#!/bin/sh\n");
      fs.renameSync(`${cell.granted}/other`, `${cell.granted}/hooks`);
    }
  },
};
