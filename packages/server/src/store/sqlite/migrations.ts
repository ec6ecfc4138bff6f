// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from "node:sqlite";
import { CordonError } from "@cordon/policy";

// Append only: the number of steps done is the database's user_version.
const migrations: readonly string[] = [
  `CREATE TABLE tenants (
     name TEXT PRIMARY KEY,
     policy TEXT,
     created INTEGER NOT NULL,
     updated INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE apps (
     tenant TEXT NOT NULL REFERENCES tenants (name) ON DELETE CASCADE,
     name TEXT NOT NULL,
     version INTEGER NOT NULL,
     digest TEXT NOT NULL,
     entry TEXT NOT NULL,
     files INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     created INTEGER NOT NULL,
     updated INTEGER NOT NULL,
     PRIMARY KEY (tenant, name)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX apps_digest ON apps (digest);`,
];

/** Brings a database to the newest layout, each step in a transaction of its own. */
export function migrate(database: DatabaseSync, file: string): void {
  const row = database.prepare("PRAGMA user_version").get();
  const have = Number(row?.["user_version"] ?? 0);
  if (have > migrations.length) {
    throw new CordonError("ERR_STORE_NEWER", { file, have, known: migrations.length });
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < have) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
