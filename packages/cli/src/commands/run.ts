// SPDX-License-Identifier: Apache-2.0
import type { CellOptions } from "@cordon/cell";
import { handOver } from "@cordon/cell/handover";
import { parseRunOptions } from "../command-line/run-options.ts";
import { optionsOf } from "../command-line/table.ts";
import { usageError } from "../command-line/usage-error.ts";
import { warnAboutWalls } from "../command-line/walls.ts";
import { loadPolicy } from "../policy-file/load.ts";
import { warnAboutUnnamedPolicy } from "../policy-file/unnamed.ts";
import { findProgram } from "../program/find.ts";
import { attendantOf, type Story, tellEnding } from "../run/ending.ts";
import { forwardSignals } from "../run/signals.ts";
import { isTerminal, STDERR, say } from "../terminal.ts";

/** `cordon run [grants] script.js [args]`: ends as the program ends. */
export async function run(args: readonly string[]): Promise<number> {
  const directory = process.cwd();
  const options = parseRunOptions(args, directory, optionsOf("run"));
  const [name, ...programArgs] = options.program;
  if (name === undefined || name === "-")
    throw usageError("run: expected a program, got none.", "Write `cordon run [grants] script.js [args]`.");
  const entry = findProgram(name, directory);
  using audit =
    options.audit === undefined
      ? undefined
      : (await import("../run/audit.ts")).openAudit(
          { audit: options.audit, auditPolicy: options.auditPolicy },
          directory,
        );
  const kept = audit === undefined ? [] : [audit.file];
  const { policy } = loadPolicy(options, directory, entry, kept);
  const isTalkative = options.verbose || isTerminal(STDERR);
  for (const warning of [warnAboutUnnamedPolicy(options, directory), warnAboutWalls(options.walls)])
    if (warning !== undefined) say(warning);

  const cellOptions: CellOptions = {
    entry,
    args: programArgs,
    policy,
    directory,
    stdio: "inherit",
    ...(options.walls === undefined ? {} : { walls: options.walls }),
    ...(options.node === undefined ? {} : { node: options.node }),
    ...(options.inspect === undefined ? {} : { inspect: options.inspect }),
    ...(options.resolvers === undefined ? {} : { resolvers: options.resolvers }),
    ...(audit === undefined ? {} : { audit: { policy: audit.policy } }),
  };
  // In a file of its own: hardly any run has it, and each would load it.
  if (options.with !== undefined)
    return await (await import("./contain.ts")).contain(options.with, { ...cellOptions, policy });
  const story: Story = { policy, entry, directory, isTalkative };
  // An audit is written while the program runs. All else is for afterwards, and mostly there is nothing to tell.
  if (audit === undefined) await handOver(cellOptions, attendantOf(story));
  // What a host needs takes 10 ms to load.
  const { Cell } = await import("@cordon/cell");
  const cell = await Cell.start(cellOptions);
  using _signals = forwardSignals(cell);
  audit?.watch(cell);
  return await tellEnding(cell, story);
}
