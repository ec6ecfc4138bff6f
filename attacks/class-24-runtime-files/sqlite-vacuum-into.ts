// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "VACUUM INTO writes no file outside",
  proof: "outside",
  refusals: ["ERR_SQLITE_ERROR"],
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    const database = new DatabaseSync(":memory:");
    database.exec(`create table t (a); vacuum into '${cell.outside}/made.db'`);
  },
};
