// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { join } from "node:path";
import { unchanged } from "../harness/witness.ts";

export const hostile: Attack = {
  claim: "fchmod through a descriptor that is open for reading is refused (CVE-2024-36137)",
  proof: "host",
  refusals: ["ERR_ACCESS_DENIED"],
  grants: (site) => [`--allow-fs-read=${site.granted}`],
  prepare: (site) => unchanged(join(site.granted, "file.txt")),
  program: (cell) => {
    const fs = cell.node("node:fs");
    const fd = cell.setup(() => fs.openSync(`${cell.granted}/file.txt`, "r"));
    fs.fchmodSync(fd, 0o640);
  },
};
