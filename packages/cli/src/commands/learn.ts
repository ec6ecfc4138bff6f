// SPDX-License-Identifier: Apache-2.0
import { dirname } from "node:path";
import { Cell } from "@cordon/cell";
import { describeLearnt, type Learnt, learnRules, mergePolicies } from "@cordon/policy";
import { Uses, namesByAddress } from "../learn/collect.ts";
import { learnFacts } from "../learn/facts.ts";
import { parseLearnOptions } from "../learn/options.ts";
import { openTarget, type Target, writePolicy } from "../learn/policy-file.ts";
import { loadPolicy } from "../policy-file/load.ts";
import { findProgram } from "../program/find.ts";
import { collectDenials } from "../run/denials.ts";
import { forwardSignals } from "../run/signals.ts";
import { printable, say } from "../terminal.ts";

/**
 * `cordon learn program.js [args]`: runs a program without walls, writes down what it uses, and makes the smallest
 * sensible policy of that. Ends as the program ends.
 */
export async function learn(args: readonly string[]): Promise<number> {
  const options = parseLearnOptions(args);
  const directory = process.cwd();
  const [name = "", ...programArgs] = options.program;
  const entry = findProgram(name, directory);
  const target = openTarget(options.output, options.merge, directory);
  say("learn runs the program WITHOUT any wall: it may do all that you may. Only for code that you trust.");

  const what = {
    entry,
    args: programArgs,
    directory,
    ...(options.node === undefined ? {} : { node: options.node }),
  };
  const cell = await Cell.start({ ...what, policy: mergePolicies(), mode: "record", stdio: "inherit" });
  const uses = new Uses(cell);
  let exitCode: number;
  {
    using _signals = forwardSignals(cell);
    ({ exitCode } = await cell.exited);
  }
  const seen = uses.list();
  // Paths in the file start where the file is.
  const facts = await learnFacts(cell.plan, entry, dirname(target.file), await namesByAddress(seen));
  const learnt = learnRules(seen, facts);
  report(target, learnt, exitCode, cell.lost + uses.lost);
  if (options.check) await checkAgain(what, target, exitCode);
  return exitCode;
}

function report(target: Target, learnt: Learnt, exitCode: number, lost: number): void {
  const { added, denied } = writePolicy(target, learnt);
  const file = printable(target.file);
  const count = `${added.length} ${added.length === 1 ? "rule" : "rules"}`;
  if (target.before === undefined) say(`${file}: ${count}`);
  else say(`${file}: ${added.length === 0 ? "nothing to add" : `${count} added`}`);
  for (const rule of added) say(`+ ${printable(describeLearnt(rule))}`);
  for (const rule of denied)
    say(`! ${printable(describeLearnt(rule))}: used, but a deny rule of the file forbids it`);
  for (const note of learnt.notes) say(`note: ${printable(note)}`);
  if (lost > 0) say(`note: ${lost} uses were too long or too many to be written down.`);
  if (exitCode !== 0)
    say(`note: the program ended with ${exitCode}; the policy covers what it used until then.`);
}

/** Runs the program again, under what was learnt and without input and output, and says what came of it. */
async function checkAgain(
  what: { readonly entry: string; readonly args: readonly string[]; readonly directory: string },
  target: Target,
  expected: number,
): Promise<void> {
  const { policy } = loadPolicy({ grants: [], policyFile: target.file }, what.directory);
  const cell = await Cell.start({ ...what, policy, stdio: "ignore" });
  using _signals = forwardSignals(cell);
  const denials = collectDenials(cell);
  const { exitCode } = await cell.exited;
  say(
    exitCode === expected
      ? `checked: under this policy the program ends with ${exitCode} too`
      : `checked: under this policy the program ends with ${exitCode} and not with ${expected}`,
  );
  for (const line of denials.lines()) say(line);
}
