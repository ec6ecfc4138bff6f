// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
export const hostile: Attack = {
  claim: "node:sqlite makes no database outside",
  proof: "outside",
  refusals: ["ERR_SQLITE_ERROR"],
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    new DatabaseSync(`${cell.outside}/made.db`).exec("create table t (a)");
  },
};
