// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "An SQLite extension is not loaded",
  proof: "word",
  refusals: ["ERR_SQLITE_ERROR", "ERR_LOAD_SQLITE_EXTENSION", "ERR_INVALID_STATE"],
  grants: (site) => [`--allow-fs-read=${site.native.library}`],
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    const database = new DatabaseSync(":memory:", { allowExtension: true });
    database.loadExtension(cell.library);
  },
};
