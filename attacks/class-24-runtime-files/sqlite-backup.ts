// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "sqlite.backup writes no database outside",
  proof: "outside",
  refusals: ["ERR_SQLITE_ERROR"],
  program: async (cell) => {
    const { DatabaseSync, backup } = cell.node("node:sqlite");
    const database = new DatabaseSync(":memory:");
    database.exec("create table t (a)");
    await backup(database, `${cell.outside}/made.db`);
  },
};
