// SPDX-License-Identifier: Apache-2.0
import {
  holds,
  holdsAll,
  holdsSome,
  isSwitchOfNode,
  type Policy,
  type Scope,
  scopesNamed,
} from "@cordon/policy";
import type { CellFacts } from "../cell.ts";
import { isAskedHeard, publishAsked } from "../channels.ts";
import { isForbidden } from "../denial.ts";
import { toAbsolutePath } from "../fs/paths.ts";
import { isProgramGranted } from "../patches/program.ts";
import { apply, withOwnBuiltins } from "../pristine.ts";
import { takeReference, takeScope } from "./arguments.ts";
import { nodeGrants } from "./node.ts";

type Has = (scope: unknown, reference?: unknown) => boolean;
type Answers = Record<string, boolean>;

// Enough for what a program asks again and again; a program that asks for more pays for each.
const MOST = 1000;
const LONGEST = 1024;
const { cwd } = process;
const { create } = Object;

/** `process.permission.has`. Answers are kept until something is given up, in whichever thread. */
export function createHas(cell: CellFacts): Has {
  const { live } = cell;
  let known: Record<string, Answers> = create(null);
  let kept = 0;
  let version = 0;

  function forget(): void {
    known = create(null);
    kept = 0;
    version = live.version();
  }

  function keep(scope: string, key: string, answer: boolean): void {
    if (kept >= MOST) forget();
    if (key.length > LONGEST || scope.length > LONGEST) return;
    const answers: Answers = (known[scope] ??= create(null));
    answers[key] = answer;
    kept++;
  }

  return function has(scope: unknown, reference?: unknown): boolean {
    if (live.version() !== version) forget();
    if (typeof scope === "string" && typeof reference === "string") {
      const answer = known[scope]?.[keyOf(reference)];
      if (answer !== undefined) return answer || no(cell.policy, scope, reference, false);
    } else if (typeof scope === "string" && reference === undefined) {
      const answer = known[scope]?.[""];
      if (answer !== undefined) return answer || no(cell.policy, scope, reference, false);
    }
    const name = takeScope(scope, has);
    const text = takeReference(reference, has);
    const answer = withOwnBuiltins(() => decideScope(cell, name, text));
    keep(name, text === undefined ? "" : keyOf(text), answer);
    return answer || no(cell.policy, name, text, true);
  };
}

/** Of files by their paths Node was asked too, the first time, and said no where nothing else forbids it. */
function no(policy: Policy, name: string, reference: string | undefined, isNew: boolean): false {
  if (!isAskedHeard(name)) return false;
  const scope = withOwnBuiltins(() => scopesNamed(name)[0]);
  if (scope === undefined) return false;
  const path =
    isNew && (scope === "fs.read" || scope === "fs.write") && reference !== "*"
      ? toAbsolutePath(reference)
      : undefined;
  const byNode = path !== undefined && !isForbidden(policy, { scope: scope as "fs.read" | "fs.write", path });
  publishAsked(name, scope, reference, byNode);
  return false;
}

/** What a relative reference means changes with the working directory. */
function keyOf(reference: string): string {
  return reference === "" || reference[0] === "/" ? reference : `${apply(cwd, process, [])}/${reference}`;
}

function decideScope(cell: CellFacts, name: string, reference: string | undefined): boolean {
  const { policy } = cell;
  const scopes = scopesNamed(name);
  if (scopes.length === 0) return false;
  if (reference === undefined) {
    return isSwitchOfNode(name)
      ? scopes.some((scope) => holdsSome(policy, scope))
      : scopes.every((scope) => holdsAll(policy, scope) || isGrantedWhole(cell, scope));
  }
  // Of a network as a whole, Node knows no more than whether it is there; what is asked of it here is to connect.
  const asked = name === "net" ? scopes.slice(0, 1) : scopes;
  return asked.every((scope) => decideReference(policy, scope, reference));
}

/**
 * A grant of everything is one, as for Node, whatever Cordon keeps of its own files, and until all of it is given up: of
 * a part, Node would know nothing.
 */
export function isGrantedWhole({ policy, whole }: CellFacts, scope: Scope): boolean {
  if (scope !== "fs.read" && scope !== "fs.write") return false;
  return whole.includes(scope) && policy[scope].allow.some(({ path }) => path === "/");
}

function decideReference(policy: Policy, scope: Scope, reference: string): boolean {
  switch (scope) {
    case "fs.read":
    case "fs.write": {
      if (reference === "*") return holdsAll(policy, scope);
      const path = toAbsolutePath(reference) ?? reference;
      // Node knows the program's own files, which are in no policy.
      if (nodeGrants(scope, path)) return !isForbidden(policy, { scope, path });
      return holds(policy, scope, path, "/");
    }
    case "run":
      return reference === "*" ? holdsAll(policy, scope) : isProgramGranted(policy, reference);
    default:
      return holds(policy, scope, reference, apply(cwd, process, []));
  }
}
