// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "ATTACH makes no database outside",
  proof: "outside",
  refusals: ["ERR_SQLITE_ERROR"],
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    const database = new DatabaseSync(":memory:");
    database.exec(`attach '${cell.outside}/made.db' as made; create table made.t (a)`);
  },
};
