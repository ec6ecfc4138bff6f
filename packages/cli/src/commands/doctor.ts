// SPDX-License-Identifier: Apache-2.0
import { jailPath } from "@cordon/cell";
import { allWalls, type HostProperty, type Level, probeHost } from "@cordon/walls";
import { styleText } from "node:util";
import { usageError } from "../command-line/usage-error.ts";
import { tryCell, type Trial } from "../doctor/trial.ts";

/** `cordon doctor`: what this host can enforce, line by line; ends with 1 if `cordon run` would refuse. */
export async function doctor(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--json");
  if (unknown !== undefined)
    throw usageError(
      `doctor: expected nothing or --json, got ${unknown}.`,
      "Write `cordon doctor [--json]`.",
    );
  const host = await probeHost({ jail: jailPath });
  const trial = await tryCell(allWalls);
  const floor = trial.ok ? undefined : await tryCell(FLOOR);
  const text = args.includes("--json")
    ? JSON.stringify({ host, trial, floor }, undefined, 2)
    : describe(host.properties, trial, floor);
  process.stdout.write(`${text}\n`);
  return trial.ok ? 0 : 1;
}

// What is left where no namespaces can be had.
const FLOOR = ["filters", "runtime"] as const;

const COLOURS = { full: "green", partial: "yellow", none: "red" } as const satisfies Record<Level, string>;

function describe(properties: readonly HostProperty[], trial: Trial, floor: Trial | undefined): string {
  const width = Math.max(...properties.map(({ name }) => name.length), "trial".length);
  const line = (level: Level, name: string, by: string, remedy: string | undefined): string => {
    const head = `${styleText(COLOURS[level], level.padEnd(7))} ${name.padEnd(width)}  ${by}`;
    return remedy === undefined ? head : `${head}\n${" ".repeat(width + 10)}→ ${remedy}`;
  };
  const outcome = (name: string, walls: string, how: Trial): string =>
    how.ok
      ? line("full", name, `a cell with ${walls} started and ended in ${how.milliseconds} ms`, undefined)
      : line("none", name, how.problem, how.remedy);
  return [
    ...properties.map(({ name, level, by, remedy }) => line(level, name, by, remedy)),
    outcome("trial", "all three walls", trial),
    ...(floor === undefined ? [] : [outcome("floor", "--walls=filters,runtime", floor)]),
    "",
    conclusion(trial, floor),
  ].join("\n");
}

function conclusion(trial: Trial, floor: Trial | undefined): string {
  if (trial.ok) return "`cordon run` works here with all three walls.";
  return floor?.ok === true
    ? "`cordon run` refuses to start anything here; `cordon run --walls=filters,runtime` works. See docs/hosts.md for what that holds."
    : "`cordon run` refuses to start anything here: see the lines above.";
}
