// SPDX-License-Identifier: Apache-2.0
// The site's secret in other places than its file.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Prepared, Site } from "./attack.ts";

/** As `secret.txt` in a directory below the granted one. */
export function secretBelowGranted(site: Site, directory: string): Prepared {
  mkdirSync(join(site.granted, directory), { recursive: true });
  copyFileSync(site.secret, join(site.granted, directory, "secret.txt"));
  return { values: {} };
}

/** As the one row of table `t`, column `a`, of `outside/secret.db`. */
export function secretInDatabase(site: Site): Prepared {
  const database = new DatabaseSync(join(site.outside, "secret.db"));
  database.exec("create table t (a)");
  database.prepare("insert into t values (?)").run(readFileSync(site.secret, "utf8"));
  database.close();
  return { values: {} };
}

/** As what the module `preload` says, of whichever process or thread is made to load it and may read the secret. */
export function secretByPreload(site: Site): Prepared {
  const preload = join(site.granted, "preload.cjs");
  const read = `require("node:fs").readFileSync(${JSON.stringify(site.secret)}, "utf8")`;
  writeFileSync(preload, `require("node:fs").writeSync(1, ${read});`);
  return { values: { preload } };
}
