// SPDX-License-Identifier: Apache-2.0
// The part of docs/limits.md that is made from the sources. Run by itself, this renews it:
// node packages/walls/test/published.ts
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { limitNames } from "@cordon/policy";
import { limitFacts, limitGrounds, type LimitHold } from "../src/limit-holds.ts";

const path = join(import.meta.dirname, "../../../docs/limits.md");

function holdCell({ level, by, mustBeAccepted }: LimitHold): string {
  const leave = mustBeAccepted === true ? "; needs `accept: limits`" : "";
  return level === "full" ? by : `**${level}**: ${by}${leave}`;
}

function limitTableRows(): string {
  const head = ["limit", ...limitGrounds, "meeting it", "in the program"];
  const rows = limitNames.map((name) => {
    const { effect, shows, holds } = limitFacts[name];
    return [`\`${name}\``, ...limitGrounds.map((ground) => holdCell(holds[ground])), effect, shows];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export function limitPage(current: string): string {
  const marks = /(<!-- limits: made from the sources -->\n)[^]*?(\n?<!-- end -->)/;
  if (!marks.test(current)) throw new Error("Expected the marks of the limits.");
  return current.replace(marks, (_, start: string) => `${start}${limitTableRows()}\n<!-- end -->`);
}

export function readLimitPage(): string {
  return readFileSync(path, "utf8");
}

if (import.meta.main) writeFileSync(path, limitPage(readLimitPage()));
