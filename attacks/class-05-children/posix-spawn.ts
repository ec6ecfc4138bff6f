// SPDX-License-Identifier: Apache-2.0
import { type Attack, nativeGrants } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "posix_spawn starts no executable that is only readable",
  proof: "word",
  grants: (site) => [...nativeGrants(site), `--allow-fs-read=${site.native.tool}`],
  program: (cell) => cell.check(cell.native().posixSpawn(cell.tool), "posix_spawn"),
};
