// SPDX-License-Identifier: Apache-2.0
import { planFor } from "@cordon/cell";
import { policyToPlain } from "@cordon/policy";
import { parseRunOptions } from "../command-line/run-options.ts";
import { explainPlan } from "../explain/plan.ts";
import { explainPolicy, type Line } from "../explain/policy.ts";
import { loadPolicy } from "../policy-file/load.ts";
import { findProgram } from "../program/find.ts";
import { printable } from "../terminal.ts";

/** `cordon explain [grants] [script]`: the policy in words and, for a script, the plan; starts nothing. */
export async function explain(args: readonly string[]): Promise<number> {
  const directory = process.cwd();
  const options = parseRunOptions(args, directory, [
    "--policy",
    "--walls",
    "--node",
    "--resolver",
    "--inspect",
    "--inspect-brk",
    "--json",
  ]);
  const { policy, files } = loadPolicy(options, directory);
  const [name, ...programArgs] = options.program;
  const plan =
    name === undefined
      ? undefined
      : await planFor({
          entry: findProgram(name, directory),
          args: programArgs,
          policy,
          directory,
          ...(options.walls === undefined ? {} : { walls: options.walls }),
          ...(options.node === undefined ? {} : { node: options.node }),
          ...(options.inspect === undefined ? {} : { inspect: options.inspect }),
          ...(options.resolvers === undefined ? {} : { resolvers: options.resolvers }),
        });
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ files, policy: policyToPlain(policy), plan }, undefined, 2)}\n`);
    return 0;
  }
  const sections = [
    section("What the program may do", explainPolicy(policy)),
    ...(files.length === 0
      ? []
      : [`from ${files.map((file) => printable(file)).join(", ")} and the command line`]),
    ...(plan === undefined ? [] : [section("How this host holds it to that", explainPlan(plan))]),
  ];
  process.stdout.write(`${sections.join("\n\n")}\n`);
  return 0;
}

function section(title: string, lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([subject]) => subject.length));
  const most = 2000;
  return [
    title,
    ...lines.map(([subject, text]) => `  ${subject.padEnd(width)}  ${printable(text, most)}`),
  ].join("\n");
}
