// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NamedAttack } from "../../attacks/harness/attack.ts";
import { loadAttacks } from "../../attacks/harness/catalogue.ts";
import type { Check } from "./check.ts";

const PAGE = "SECURITY.md";
const TABLE = /(<!-- exceptions -->\n)[\s\S]*?(<!-- end -->)/;

export const security: Check = {
  name: "security",
  claim: `every promise in ${PAGE} names tests that exist, and every exception of the attacks is listed`,
  async run(root) {
    const page = readFileSync(join(root, PAGE), "utf8");
    const attacks = await loadAttacks();
    const missing = evidenceOf(page).filter(
      (name) => !attacks.some((attack) => attack.name === name) && !existsSync(join(root, name)),
    );
    const stale = replaceTable(page, exceptionsTable(attacks)) !== page;
    return [
      ...missing.map(
        (name) => `${PAGE} rests a promise on ${name}, which is neither an attack nor a path. Name one.`,
      ),
      ...(stale ? [`${PAGE}: the table of exceptions is stale. Run \`node tools/exceptions.ts\`.`] : []),
    ];
  },
};

/** The names in the last column of the table of promises. */
function evidenceOf(page: string): readonly string[] {
  const rows = page.match(/^\| \d \|.*\|$/gm) ?? [];
  return rows.flatMap((row) =>
    [...(row.split("|")[3] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""),
  );
}

/** A Markdown table of what the attacks declare that cannot be held without one wall. */
export function exceptionsTable(attacks: readonly NamedAttack[]): string {
  const rows = attacks.flatMap(({ name, attack }) =>
    (attack.exceptions ?? []).map(
      ({ walls, user, before, reason }) =>
        `| \`${name}\` | ${walls.replace("-", "−")} | ${user ?? "both"}${before === undefined ? "" : `, before Linux ${before.join(".")}`} | ${reason} |`,
    ),
  );
  return ["| attack | without | user | why |", "|---|---|---|---|", ...rows.sort(), ""].join("\n");
}

/** The page with another table in the place of the one it has. */
export function replaceTable(page: string, table: string): string {
  return page.replace(TABLE, (_, begin: string, end: string) => `${begin}${table}${end}`);
}
