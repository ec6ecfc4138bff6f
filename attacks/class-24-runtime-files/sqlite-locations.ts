// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { secretInDatabase } from "../harness/secret-copies.ts";

export const hostile: Attack = {
  claim:
    "No spelling of a database's place (URL, options in it, Buffer, ATTACH of a URL) reads a database outside",
  proof: "secret",
  refusals: ["ERR_SQLITE_ERROR", "ERR_INVALID_URL_SCHEME"],
  grants: (site) => [`--allow-fs-read=${site.granted}`, `--allow-fs-write=${site.granted}`],
  prepare: secretInDatabase,
  program: (cell) => {
    const { DatabaseSync } = cell.node("node:sqlite");
    const path = `${cell.outside}/secret.db`;
    const codes: string[] = [];
    const open = (place: string | URL | Buffer): string => {
      const database = new DatabaseSync(place, { readOnly: true });
      return String(database.prepare("select a from t").get()?.["a"]);
    };
    const ways: (() => string)[] = [
      () => open(new URL(`file://${path}`)),
      () => open(new URL(`file://${path}?mode=ro&immutable=1`)),
      () => open(`file:${path}?mode=ro&immutable=1`),
      () => open(`file://localhost${path}?vfs=unix-none`),
      () => open(`file:${cell.granted}/../outside/secret.db`),
      () => open(Buffer.from(path)),
      () => {
        const database = new DatabaseSync(`${cell.granted}/own.db`);
        database.exec(`attach 'file:${path}?mode=ro' as theirs`);
        return String(database.prepare("select a from theirs.t").get()?.["a"]);
      },
    ];
    for (const way of ways) {
      try {
        return cell.loot(way());
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    return cell.refused(codes[0] ?? "EACCES", codes.join());
  },
};
