// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Attack, NamedAttack } from "./attack.ts";

const root = join(import.meta.dirname, "..");

/** All attacks, by class and name: `class-07-processes/environ.ts` is the attack `environ` of class 7. */
export async function loadAttacks(): Promise<readonly NamedAttack[]> {
  const attacks: NamedAttack[] = [];
  for (const directory of readdirSync(root).sort()) {
    const number = /^class-(\d+)-/.exec(directory)?.[1];
    if (number === undefined) continue;
    for (const file of readdirSync(join(root, directory)).sort()) {
      if (!file.endsWith(".ts")) continue;
      const path = join(root, directory, file);
      const loaded = (await import(pathToFileURL(path).href)) as { hostile?: Attack };
      if (loaded.hostile === undefined) throw new Error(`Expected ${path} to export \`hostile\``);
      attacks.push({ name: basename(file, ".ts"), class: Number(number), attack: loaded.hostile });
    }
  }
  const names = attacks.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two attacks have the name ${twice}: names must be unique`);
  return attacks;
}

/** The attacks that `--only` names: a name, or a class by its number. Several are separated by commas. */
export function narrow(attacks: readonly NamedAttack[], only: string | undefined): readonly NamedAttack[] {
  if (only === undefined) return attacks;
  const wanted = only.split(",");
  const chosen = attacks.filter(
    ({ name, class: number }) => wanted.includes(name) || wanted.includes(`${number}`),
  );
  if (chosen.length === 0) throw new Error(`Expected --only to name an attack or a class, got ${only}`);
  return chosen;
}
