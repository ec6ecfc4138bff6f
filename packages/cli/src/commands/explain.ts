// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { planFor } from "@cordon/cell";
import { type Policy, policyToPlain, readQuestion } from "@cordon/policy";
import { explainRules, type Plan, probeNode } from "@cordon/walls";
import { parseRunOptions, type RunOptions } from "../command-line/run-options.ts";
import { optionsOf } from "../command-line/table.ts";
import { type Answer, answer } from "../explain/answer.ts";
import { explainPlan } from "../explain/plan.ts";
import { explainPolicy, type Line } from "../explain/policy.ts";
import { programOrQuestions } from "../explain/program-or-questions.ts";
import { surroundings } from "../explain/surroundings.ts";
import { answerInWords, propertyInWords, ruleInWords } from "../explain/words.ts";
import { loadPolicy } from "../policy-file/load.ts";
import { warnAboutUnnamedPolicy } from "../policy-file/unnamed.ts";
import { findProgram } from "../program/find.ts";
import { printable, say } from "../terminal.ts";

const REFUSED = 1;
// Questions about no program in particular are answered for one that does nothing.
const NO_PROGRAM = join(import.meta.dirname, "../doctor/nothing.cjs");

/**
 * `cordon explain [grants] [script]`: the policy in words and, for a script, the plan and which wall holds each rule.
 * `cordon explain [grants] QUESTION…`: may it do that? Starts nothing; ends with 1 if anything asked is refused.
 */
export async function explain(args: readonly string[]): Promise<number> {
  const directory = process.cwd();
  const options = parseRunOptions(args, directory, optionsOf("explain"));
  const { program, questions } = programOrQuestions(options.program, options.questions, directory);
  const [name, ...programArgs] = program;
  const entry = name === undefined ? undefined : findProgram(name, directory);
  const { policy, files } = loadPolicy(options, directory, entry);
  const warning = warnAboutUnnamedPolicy(options, directory);
  if (warning !== undefined) say(warning);
  if (questions.length > 0) {
    const around = surroundings(directory, process.env);
    const requests = questions.flatMap((text) => readQuestion(text, around));
    const plan = await plannedFor(entry ?? NO_PROGRAM, programArgs, policy, options, directory);
    const ground = { policy, plan, nodeVersion: await versionOf(options), searchPath: searchPath() };
    return tellAnswers(
      requests.map((request) => answer(request, ground)),
      options.json,
    );
  }
  const plan =
    entry === undefined ? undefined : await plannedFor(entry, programArgs, policy, options, directory);
  const rules =
    plan === undefined ? undefined : explainRules(policy, plan, searchPath(), await versionOf(options));
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ files, policy: policyToPlain(policy), rules, plan }, undefined, 2)}\n`,
    );
    return 0;
  }
  const sections = [
    section("What the program may do", explainPolicy(policy)),
    ...(files.length === 0
      ? []
      : [`from ${files.map((file) => printable(file)).join(", ")} and the command line`]),
    ...(rules === undefined || rules.length === 0
      ? []
      : [["Which wall holds each rule", ...rules.map(ruleInWords)].join("\n")]),
    ...(plan === undefined
      ? []
      : [["What it holds, and how far", ...plan.properties.map(propertyInWords)].join("\n")]),
    ...(plan === undefined ? [] : [section("How this host holds it to that", explainPlan(plan))]),
  ];
  process.stdout.write(`${sections.join("\n\n")}\n`);
  return 0;
}

function plannedFor(
  entry: string,
  args: readonly string[],
  policy: Policy,
  { walls, node, inspect, resolvers }: RunOptions,
  directory: string,
): Promise<Plan> {
  return planFor({
    entry,
    args,
    policy,
    directory,
    ...(walls === undefined ? {} : { walls }),
    ...(node === undefined ? {} : { node }),
    ...(inspect === undefined ? {} : { inspect }),
    ...(resolvers === undefined ? {} : { resolvers }),
  });
}

async function versionOf({ node }: RunOptions): Promise<string> {
  return (await probeNode(node ?? process.execPath)).version;
}

function searchPath(): string {
  return process.env["PATH"] ?? "/usr/bin:/bin";
}

function tellAnswers(answers: readonly Answer[], isJson: boolean): number {
  const granted = answers.every((each) => each.granted);
  const text = isJson
    ? JSON.stringify({ granted, answers }, undefined, 2)
    : answers.map(answerInWords).join("\n");
  process.stdout.write(`${text}\n`);
  return granted ? 0 : REFUSED;
}

function section(title: string, lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([subject]) => subject.length));
  const most = 2000;
  return [
    title,
    ...lines.map(([subject, text]) => `  ${subject.padEnd(width)}  ${printable(text, most)}`),
  ].join("\n");
}
