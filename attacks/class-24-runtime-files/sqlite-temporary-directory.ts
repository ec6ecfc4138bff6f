// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";

export const hostile: Attack = {
  claim: "SQLite's temporary files are not put outside (pragma temp_store_directory)",
  // They are gone as soon as they are open, but the directory has changed.
  proof: "outside",
  refusals: ["ERR_SQLITE_ERROR"],
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    const database = new DatabaseSync(":memory:");
    database.exec(
      `pragma temp_store_directory = '${cell.outside}'; pragma temp_store = 1; pragma cache_size = 2`,
    );
    database.exec(
      "create temp table t (a); create temp table u as select randomblob(4000) as a from (values (1), (2), (3))",
    );
    database.exec(
      "with recursive n(x) as (select 1 union all select x + 1 from n where x < 3000) insert into t select randomblob(2000) from n",
    );
    return cell.refused("NO_EFFECT");
  },
};
