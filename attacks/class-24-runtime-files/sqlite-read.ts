// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export const hostile: Attack = {
  claim: "node:sqlite reads no database outside",
  proof: "secret",
  refusals: ["ERR_SQLITE_ERROR"],
  prepare: (site) => {
    const database = new DatabaseSync(join(site.outside, "secret.db"));
    database.exec("create table t (a)");
    database.prepare("insert into t values (?)").run(readFileSync(site.secret, "utf8"));
    database.close();
    return { values: {} };
  },
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    const database = new DatabaseSync(`${cell.outside}/secret.db`, { readOnly: true });
    return cell.loot(String(database.prepare("select a from t").get()?.["a"]));
  },
};
