// SPDX-License-Identifier: Apache-2.0
import { DatabaseSync } from "node:sqlite";
import { CordonError } from "@cordon/policy";
import { migrate } from "./migrations.ts";
import { SqliteStore } from "./store.ts";

/**
 * Opens (or makes) the database. It is locked for this process: two hosts over one data directory would each
 * start every app and remove each other's bundles. Throws ERR_STORE_IN_USE, ERR_STORE_NEWER.
 */
export function openSqliteStore(file: string): SqliteStore {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    // The lock is taken by the first write and kept from then on.
    database.exec("BEGIN EXCLUSIVE; COMMIT");
    migrate(database, file);
    return new SqliteStore(database);
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === 5 /* SQLITE_BUSY */) {
      throw new CordonError("ERR_STORE_IN_USE", { file });
    }
    throw error;
  }
}
