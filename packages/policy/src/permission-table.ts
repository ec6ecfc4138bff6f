// SPDX-License-Identifier: Apache-2.0
import { limitNames, limitTable } from "./limits.ts";
import { allScopes, scopeTable } from "./scopes.ts";
import type { Scope } from "./types.ts";

/** The tables of docs/permissions.md, from the tables that the parser uses. */
export function scopeRows(): string {
  const rows = allScopes().map((scope) => {
    const { names, letter, description, examples } = scopeTable[scope];
    const flags = [
      ...names.map((name) => `--allow-${name}`),
      ...(letter === undefined ? [] : [`-${letter}`]),
    ];
    const shown = examples.filter((example) => example !== "").map(code);
    return [
      `[${code(scope)}](scopes/${scope}.md)`,
      description,
      flags.map(code).join(", "),
      shown.join(", "),
    ];
  });
  return table(["scope", "what it grants", "flags", "values"], rows);
}

/** What the page of one scope says of its values and flags. */
export function scopeFacts(scope: Scope): string {
  const { kind, names, letter, bare, pinned, description, examples } = scopeTable[scope];
  const allow = [...names.map((name) => `--allow-${name}`), ...(letter === undefined ? [] : [`-${letter}`])];
  const everything = [
    ...bare.map((name) => code(`--allow-${name}`)),
    ...(letter === undefined ? [] : [code(`-${letter}`)]),
  ];
  const inFile = kind === "switch" ? "true" : `["${examples[0]}"]`;
  const key = kind === "run" ? "program" : "path";
  const inObject = [`"${key}": "…"`, '"optional": true', ...(pinned ? ['"sha256": "…"'] : [])].join(", ");
  const rows = [
    ["grants", description],
    ["flags", allow.map(code).join(", ")],
    ["denied with", names.map((name) => code(`--deny-${name}`)).join(", ")],
    ...(kind === "switch" ? [] : [["values", examples.map(code).join(", ")]]),
    ...(everything.length === 0 ? [] : [["everything, without a value", everything.join(", ")]]),
    ["in cordon.json", code(`"allow": { "${scope}": ${inFile} }`)],
    ...(kind === "path" || kind === "run" ? [["an entry as an object", code(`{ ${inObject} }`)]] : []),
  ];
  return table(["", code(scope)], rows);
}

/** The limits as a table. */
export function limitRows(): string {
  const rows = limitNames.map((name) => {
    const { flag, description, example } = limitTable[name];
    return [code(name), description, code(`--limit-${flag}=${example}`)];
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
