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
    return [code(scope), description, flags.map(code).join(", "), shown.join(", ")];
  });
  return table(["scope", "what it grants", "flags", "values"], rows);
}

/** The limits as a table. */
export function limitRows(): string {
  const rows = limitNames.map((name) => {
    const { flag, description, example } = limitTable[name];
    const value = example === "" ? "" : `=${example}`;
    return [code(name), description, code(`--limit-${flag}${value}`)];
  });
  return table(["limit", "what it bounds", "flag"], rows);
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A table with its columns lined up, as the formatter wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
