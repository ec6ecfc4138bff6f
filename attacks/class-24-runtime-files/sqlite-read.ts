// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export const hostile: Attack = {
  claim: "node:sqlite reads no database outside",
  proof: "secret",
  refusals: ["ERR_SQLITE_ERROR"],
  prepare: (site) => {
    const script = `const { DatabaseSync } = require("node:sqlite");
      const database = new DatabaseSync(process.argv[1]);
      database.exec("create table t (a)");
      database.prepare("insert into t values (?)").run(process.argv[2]);`;
    const words = [
      "--no-warnings",
      "-e",
      script,
      `${site.outside}/secret.db`,
      readFileSync(site.secret, "utf8"),
    ];
    execFileSync(process.execPath, words);
    return { values: {} };
  },
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    const database = new DatabaseSync(`${cell.outside}/secret.db`, { readOnly: true });
    return cell.loot(String(database.prepare("select a from t").get()?.["a"]));
  },
};
