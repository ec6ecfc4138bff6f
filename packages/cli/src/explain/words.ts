// SPDX-License-Identifier: Apache-2.0
import { styleText } from "node:util";
import type { ExplainedRule, Hold, PlanProperty } from "@cordon/walls";
import { printable } from "../terminal.ts";
import { type Answer, subjectOf } from "./answer.ts";

const LONGEST_TEXT = 2000;
const WIDTH = 12;

/** An answer in words: the verdict, the rule, and what each wall does. */
export function answerInWords(answer: Answer): string {
  const { scope, asked, resource, granted, rule, walls, grant, reason } = answer;
  const verdict = granted ? styleText("green", "granted") : styleText("red", "refused");
  const subject = resource === asked ? resource : `${asked} → ${resource}`;
  return [
    `${scope}${subject === "" ? "" : ` ${printable(subject, LONGEST_TEXT)}`}: ${verdict}`,
    line("rule", rule ?? "none covers it"),
    ...walls.map(holdInWords),
    ...(granted
      ? []
      : [line("grant", grant === undefined || grant === "" ? `none helps: ${reason ?? ""}` : grant)]),
  ].join("\n");
}

/** A rule in words, with how far each wall holds it. */
export function ruleInWords({ scope, effect, value, origin, example, walls }: ExplainedRule): string {
  const head = `${effect} ${scope}${value === "" ? "" : ` ${value}`}  (${origin})`;
  const subject = example === null ? value : subjectOf(example);
  const isItself = subject.replace(/^(?:tcp|udp):\/\//, "") === value.replace(/^(?:tcp|udp):\/\//, "");
  return [
    `  ${printable(isItself ? head : `${head}, as for ${subject}`, LONGEST_TEXT)}`,
    ...(walls.length === 0 ? [line("", "not there, and skipped")] : walls.map(holdInWords)),
  ].join("\n");
}

/** A property of a plan, with what it is held by. */
export function propertyInWords({ name, level, by, accepted, remedy }: PlanProperty): string {
  const head = `  ${styleText(COLOURS[level], level.padEnd(7))}  ${name.padEnd(PROPERTY_WIDTH)}  ${printable(by, LONGEST_TEXT)}`;
  if (accepted === undefined) return head;
  return `${head}; accepted by ${accepted}${remedy === undefined ? "" : `. ${printable(remedy, LONGEST_TEXT)}`}`;
}

const PROPERTY_WIDTH = "other processes".length;
const COLOURS = { full: "green", partial: "yellow", none: "dim" } as const;

function holdInWords({ wall, level, by }: Hold): string {
  return line(wall, `${styleText(COLOURS[level], level.padEnd(7))}  ${printable(by, LONGEST_TEXT)}`);
}

function line(subject: string, text: string): string {
  return `    ${subject.padEnd(WIDTH)}${text}`;
}
