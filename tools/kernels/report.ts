// SPDX-License-Identifier: Apache-2.0
// docs/kernels.md: what holds under which kernel, out of the results that are kept.
import { globSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { everyWalls, type Outcome, passes } from "../../attacks/harness/attack.ts";
import { kernels } from "./catalogue.ts";
import type { Results, UsersTest } from "./results.ts";
import { users } from "./runs.ts";

const attacks = join(import.meta.dirname, "..", "..", "attacks");

/** What failed under one kernel, a line each. */
export function failures(results: Results): readonly string[] {
  const { kernel, broken } = results;
  return [
    ...broken.map((each) => `${kernel}: ${each}`),
    ...results.tests
      .filter(({ passed }) => !passed)
      .map(({ test, user, why }) => `${kernel}: ${test} (${user}): ${why ?? "skipped"}`),
    ...results.attacks
      .filter((outcome) => !passes(outcome))
      .map(
        ({ attack, user, walls, result, by }) => `${kernel}: ${attack} (${user}, ${walls}): ${result}: ${by}`,
      ),
  ];
}

/** How many runs under one kernel did what they should. */
export function passing({ tests, attacks: outcomes, refusals }: Results): number {
  return (
    tests.filter(({ passed }) => passed).length +
    outcomes.filter(passes).length +
    Object.keys(refusals).length
  );
}

/** Says what goes on, on stderr: a dot for what holds, a line for what does not. */
export function progress(text: string): void {
  if (!text.startsWith('{"attack"') && !text.startsWith('{"test"')) return;
  try {
    const line = JSON.parse(text) as Outcome & { test?: string; passed?: boolean; why?: string };
    const holds = line.test === undefined ? passes(line) : line.passed === true;
    process.stderr.write(holds ? "." : `\n✗ ${line.test ?? line.attack}: ${line.why ?? line.by}\n`);
  } catch {
    // A line that was too long to be said whole: it is counted as missing at the end.
  }
}

function topicOf(number: number): string {
  const prefix = `class-${String(number).padStart(2, "0")}-`;
  const name = readdirSync(attacks).find((each) => each.startsWith(prefix)) ?? prefix;
  return name.slice(prefix.length).replaceAll("-", " ");
}

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |\n`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  `${row(head)}${row(head.map(() => "---"))}${rows.map(row).join("")}`;

/** `12`, or `11 of 12`: how many of these hold. */
function share(holding: number, all: number): string {
  if (all === 0) return "–";
  return holding === all ? `${all}` : `**${holding} of ${all}**`;
}

function doctorTable(all: readonly Results[]): string {
  const columns = all.flatMap((results) => users.map((user) => ({ results, user })));
  const present = columns.filter(({ results, user }) => results.doctor[user] !== undefined);
  const names = new Set(
    present.flatMap(({ results, user }) => results.doctor[user]?.map(({ name }) => name) ?? []),
  );
  const rows = [...names].map((name) => [
    name,
    ...present.map(({ results, user }) => {
      const property = results.doctor[user]?.find((each) => each.name === name);
      return property === undefined ? "–" : `${property.level}: ${property.by.replaceAll("|", "/")}`;
    }),
  ]);
  return table(["property", ...present.map(({ results, user }) => `${results.kernel}, ${user}`)], rows);
}

function attackTable(all: readonly Results[]): string {
  const columns = all
    .flatMap(({ kernel, attacks: outcomes }) =>
      everyWalls.flatMap((walls) =>
        users.map((user) => ({
          title: `${kernel}${walls === "all" ? "" : ` ${walls.replace("-", "−")}`}, ${user}`,
          outcomes: outcomes.filter((each) => each.walls === walls && each.user === user),
        })),
      ),
    )
    .filter(({ outcomes }) => outcomes.length > 0);
  const classes = [...new Set(all.flatMap(({ attacks: outcomes }) => outcomes.map((each) => each.class)))];
  const cell = (outcomes: readonly Outcome[]): string => {
    const natural = outcomes.filter(({ exception }) => exception !== undefined).length;
    const text = share(outcomes.filter(passes).length, outcomes.length);
    return natural === 0 ? text : `${text} (${natural} by nature)`;
  };
  const rows = classes
    .sort((one, other) => one - other)
    .map((number) => [
      number,
      topicOf(number),
      ...columns.map(({ outcomes }) => cell(outcomes.filter((each) => each.class === number))),
    ]);
  const sum = ["", "all", ...columns.map(({ outcomes }) => cell(outcomes))];
  const known = globSync("class-*/*.ts", { cwd: attacks }).length;
  const left = ["", "not run", ...columns.map(({ outcomes }) => known - outcomes.length)];
  return table(["class", "topic", ...columns.map(({ title }) => title)], [...rows, sum, left]);
}

function limitTable(all: readonly Results[]): string {
  const columns = all
    .filter(({ tests }) => tests.length > 0)
    .flatMap((results) => users.map((user) => ({ results, user })));
  const key = ({ file, test }: UsersTest): string => `${file}\t${test}`;
  const names = [...new Set(all.flatMap(({ tests }) => tests.map(key)))];
  const mark = (tests: readonly UsersTest[], name: string, user: string): string => {
    const found = tests.find((each) => each.user === user && key(each) === name);
    if (found === undefined) return "–";
    return found.passed ? "holds" : "**fails**";
  };
  const rows = names.map((name) => [
    name.split("\t")[1] ?? "",
    ...columns.map(({ results, user }) => mark(results.tests, name, user)),
  ]);
  if (names.length === 0) return "";
  const head = "\n### Limits\n\n–: not run.\n\n";
  return head + table(["limit", ...columns.map(({ results, user }) => `${results.kernel}, ${user}`)], rows);
}

const begin = "<!-- kernels -->\n";
const end = "<!-- end -->";

/** The page with these tables between its marks, in the place of those that are there. */
export function replaceTables(page: string, tables: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`Expected the marks ${begin.trim()} and ${end} in the page`);
  return `${page.slice(0, from)}${begin}\n${tables}${page.slice(to)}`;
}

function refusalList(all: readonly Results[]): string {
  const lines = all.flatMap(({ kernel, refusals }) =>
    [...new Set(Object.values(refusals))].map((text) => `- ${kernel}: ${text}\n`),
  );
  return lines.length === 0 ? "" : `\n### Where nothing starts\n\n${lines.join("")}`;
}

/** What stands below, command by command; what a later one has done again is the later one's. */
function commandTable(all: readonly Results[]): string {
  const rows = all.flatMap(({ kernel, attacks: outcomes, tests, minutes, refusals }) =>
    Object.entries(minutes)
      .map(([command, time]) => ({
        cells: [`\`${command}\``, kernel],
        attacks: outcomes.filter((each) => each.command === command).length,
        tests: tests.filter((each) => each.command === command).length,
        time: time.toFixed(0),
      }))
      // Where nothing starts, it is enough that nothing did.
      .filter((each) => each.attacks > 0 || each.tests > 0 || Object.keys(refusals).length > 0)
      .map((each) => [...each.cells, each.attacks, each.tests, each.time]),
  );
  return table(["command", "kernel", "attacks", "limits' tests", "machines' minutes"], rows);
}

/** The tables of docs/kernels.md. */
export function markdown(all: readonly Results[]): string {
  const failed = all.flatMap(failures);
  const lines = failed.map((failure) => `- ${failure.replaceAll("\n", " ").slice(0, 400)}\n`);
  const releases = kernels.map(({ name, because }) => [
    name,
    all.find(({ kernel }) => kernel === name)?.release ?? "not run",
    because,
  ]);
  return [
    table(["kernel", "release", "why it is here"], releases),
    `\n### What was run\n\n${commandTable(all)}`,
    `\n### Attacks\n\nHow many were contained.\n\n${attackTable(all)}`,
    limitTable(all),
    `\n### What \`cordon doctor\` says\n\n${doctorTable(all)}`,
    refusalList(all),
    failed.length === 0 ? "" : `\n### What failed\n\n${lines.join("")}`,
  ].join("");
}
