// SPDX-License-Identifier: Apache-2.0
import { limitNames, limitTable } from "./limits.ts";
import { allScopes, scopeTable } from "./scopes.ts";

/** The tables of docs/permissions.md, from the tables that the parser uses. */
export function scopeRows(): string {
  const rows = allScopes().map((scope) => {
    const { names, letter, description, examples } = scopeTable[scope];
    const flags = [
      ...names.map((name) => `--allow-${name}`),
      ...(letter === undefined ? [] : [`-${letter}`]),
    ];
    const shown = examples.filter((example) => example !== "").map(code);
    return `| ${code(scope)} | ${description} | ${flags.map(code).join(", ")} | ${shown.join(", ")} |`;
  });
  return ["| scope | what it grants | flags | values |", "|---|---|---|---|", ...rows].join("\n");
}

/** The limits as a table. */
export function limitRows(): string {
  const rows = limitNames.map((name) => {
    const { flag, description, example } = limitTable[name];
    const value = example === "" ? "" : `=${example}`;
    return `| ${code(name)} | ${description} | ${code(`--limit-${flag}${value}`)} |`;
  });
  return ["| limit | what it bounds | flag |", "|---|---|---|", ...rows].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
