// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { secretInDatabase } from "../harness/secret-copies.ts";

export const hostile: Attack = {
  claim: "node:sqlite reads no database outside",
  proof: "secret",
  refusals: ["ERR_SQLITE_ERROR"],
  prepare: secretInDatabase,
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    const database = new DatabaseSync(`${cell.outside}/secret.db`, { readOnly: true });
    return cell.loot(String(database.prepare("select a from t").get()?.["a"]));
  },
};
