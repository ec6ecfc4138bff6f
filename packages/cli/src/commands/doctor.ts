// SPDX-License-Identifier: Apache-2.0
import { jailPath } from "@cordon/cell";
import { type HostProperty, type Level, probeHost } from "@cordon/walls";
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
  const trial = await tryCell();
  const text = args.includes("--json")
    ? JSON.stringify({ host, trial }, undefined, 2)
    : describe(host.properties, trial);
  process.stdout.write(`${text}\n`);
  return trial.ok ? 0 : 1;
}

const COLOURS = { full: "green", partial: "yellow", none: "red" } as const satisfies Record<Level, string>;

function describe(properties: readonly HostProperty[], trial: Trial): string {
  const width = Math.max(...properties.map(({ name }) => name.length), "trial".length);
  const line = (level: Level, name: string, by: string, remedy: string | undefined): string => {
    const head = `${styleText(COLOURS[level], level.padEnd(7))} ${name.padEnd(width)}  ${by}`;
    return remedy === undefined ? head : `${head}\n${" ".repeat(width + 10)}→ ${remedy}`;
  };
  return [
    ...properties.map(({ name, level, by, remedy }) => line(level, name, by, remedy)),
    trial.ok
      ? line(
          "full",
          "trial",
          `a cell with all three walls started and ended in ${trial.milliseconds} ms`,
          undefined,
        )
      : line("none", "trial", trial.problem, trial.remedy),
    "",
    trial.ok
      ? "`cordon run` works here with all three walls."
      : "`cordon run` refuses to start anything here: see the lines above.",
  ].join("\n");
}
