// SPDX-License-Identifier: Apache-2.0
import { parseSystemName } from "../name-values.ts";
import { switchScopes } from "../scopes.ts";
import { learnAddons, learnPrograms } from "./code.ts";
import { learnEnvironment } from "./environment.ts";
import { learnFiles } from "./files.ts";
import { learnNetwork, learnSockets } from "./network.ts";
import type { Learnt, LearnFacts, LearntRule, LearntUse } from "./types.ts";

/**
 * The smallest sensible policy for what a program was seen to use. Pure: what must be known about the machine is in
 * `facts`.
 *
 * @example
 * const { rules, notes } = learnRules(uses, facts); // rules[0]: { scope: "fs.read", value: "./src", reason: "7 files read" }
 */
export function learnRules(given: readonly LearntUse[], facts: LearnFacts): Learnt {
  const uses = given.filter(isSpellable);
  const programs = learnPrograms(uses, facts);
  const mayRun = programs.rules.length > 0;
  const addons = learnAddons(uses, facts, mayRun);
  const files = learnFiles(uses, facts, { code: [...programs.code, ...addons.code], libraries: mayRun });
  const sockets = learnSockets(uses, facts);
  return {
    rules: [
      ...files.rules,
      ...learnNetwork(uses, facts),
      ...sockets.rules,
      ...programs.rules,
      ...addons.rules,
      ...learnSwitches(uses),
      ...learnEnvironment(uses, facts, mayRun),
      ...learnSystem(uses),
    ],
    notes: [
      ...files.notes,
      ...sockets.notes,
      ...given
        .filter((use) => !isSpellable(use) && use.kind !== "none")
        .map(({ resource }) => `${resource} has a name that no rule can have.`),
      ...(uses.some(({ use }) => use === "copied")
        ? ["The whole environment was copied: what the program reads from its copy was not seen."]
        : []),
    ],
  };
}

/** Whether a policy can name it: no rule holds a `*` of a path's own, or a control character. */
function isSpellable({ resource, real }: LearntUse): boolean {
  return !resource.startsWith("/") || !/[*\p{Cc}\p{Cs}\uFFFD]/u.test(resource + real);
}

function learnSwitches(uses: readonly LearntUse[]): readonly LearntRule[] {
  return switchScopes
    .filter((scope) => uses.some(({ use }) => use === scope))
    .map((scope) => ({ scope, value: "", optional: false, reason: "used" }));
}

function learnSystem(uses: readonly LearntUse[]): readonly LearntRule[] {
  const names = new Set(uses.filter(({ use }) => use === "sys").map(({ resource }) => resource));
  return [...names].map((name) => ({
    scope: "sys",
    value: parseSystemName(name),
    optional: false,
    reason: "asked",
  }));
}
