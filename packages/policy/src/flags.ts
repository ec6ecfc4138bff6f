// SPDX-License-Identifier: Apache-2.0
import { type Acceptable, acceptableNames, joinAcceptable, parseAcceptable } from "./accept.ts";
import { addOutgoing, earlierExamples, earlierFlags, type EarlierWords } from "./earlier-flags.ts";
import { CordonError } from "./errors.ts";
import { foreignFlag } from "./foreign-flags.ts";
import { addValue, emptyGrants, freezeGrants, type OpenGrants } from "./grants.ts";
import {
  limitNames,
  limitOfFlag,
  limitTable,
  type LimitName,
  type OpenLimits,
  parseLimit,
} from "./limits.ts";
import { parseBuiltin } from "./module-values.ts";
import { didYouMean, nearest } from "./nearest.ts";
import { allScopes, everything, scopeTable } from "./scopes.ts";
import type { BuiltinRule, PolicyDocument, Scope } from "./types.ts";
import { expected, Malformed, maxValueLength } from "./values.ts";

type Effect = "allow" | "deny";
type Flag =
  | { readonly kind: "scope"; readonly scope: Scope; readonly effect: Effect; readonly mayBeBare: boolean }
  | { readonly kind: "limit"; readonly limit: LimitName }
  | { readonly kind: "builtins" }
  | { readonly kind: "accept" }
  | { readonly kind: "earlier" }
  | { readonly kind: "none" };

// Under Cordon the permission model is always on: Node's own switch for it says nothing new. It never prompts either.
const SAYING_NOTHING = ["--permission", "--experimental-permission", "--no-prompt"];
// Node's own flags with a value take it from the next argument too.
const TAKING_NEXT = /^--(allow|deny)-fs-(read|write)$/;

function makeFlags(): ReadonlyMap<string, Flag> {
  const flags = new Map<string, Flag>();
  for (const scope of allScopes()) {
    const { names, letter, bare } = scopeTable[scope];
    for (const effect of ["allow", "deny"] as const) {
      for (const name of names) {
        const mayBeBare = bare.includes(name);
        flags.set(`--${effect}-${name}`, { kind: "scope", scope, effect, mayBeBare });
      }
    }
    if (letter !== undefined)
      flags.set(`-${letter}`, { kind: "scope", scope, effect: "allow", mayBeBare: true });
  }
  flags.set("--deny-builtins", { kind: "builtins" });
  flags.set("--accept", { kind: "accept" });
  for (const name of earlierFlags.keys()) flags.set(name, { kind: "earlier" });
  for (const name of SAYING_NOTHING) flags.set(name, { kind: "none" });
  for (const limit of limitNames) flags.set(`--limit-${limitTable[limit].flag}`, { kind: "limit", limit });
  return flags;
}

let cached: ReadonlyMap<string, Flag> | undefined;
function knownFlags(): ReadonlyMap<string, Flag> {
  cached ??= makeFlags();
  return cached;
}

/** Every grant and limit flag, in all spellings. */
export function grantFlags(): readonly string[] {
  return [...knownFlags().keys()];
}

/** A grant or limit flag, for whoever completes it. */
export interface FlagEntry {
  readonly name: string;
  /** What its values are; `text` for what only its author knows. */
  readonly value: "none" | "path" | "program" | "variable" | "system" | "text";
  /** Whether it may stand without a value. */
  readonly optional: boolean;
  readonly description: string;
}

const VALUES = { path: "path", net: "text", run: "program", switch: "none" } as const;

/** Every grant and limit flag, from the tables that parse them. */
export function describeFlags(): readonly FlagEntry[] {
  return [...knownFlags()].map(([name, flag]): FlagEntry => {
    if (flag.kind === "limit") {
      return { name, value: "text", optional: false, description: limitTable[flag.limit].description };
    }
    if (flag.kind === "earlier")
      return {
        name,
        value: "text",
        optional: false,
        description: "As an earlier proposal for Node named it.",
      };
    if (flag.kind === "none")
      return { name, value: "none", optional: false, description: "Understood, and changes nothing." };
    if (flag.kind === "builtins") {
      const description = "Refuse to load built-in modules, by name.";
      return { name, value: "text", optional: false, description };
    }
    if (flag.kind === "accept") {
      const description = `Accept what this host holds only in part: ${acceptableNames.join(", ")}.`;
      return { name, value: "text", optional: false, description };
    }
    const { kind, description } = scopeTable[flag.scope];
    const value = kind === "name" ? (flag.scope === "env" ? "variable" : "system") : VALUES[kind];
    const head = flag.effect === "allow" ? "" : "Not: ";
    return { name, value, optional: flag.mayBeBare, description: head + description };
  });
}

/**
 * The grant flag that an unknown one was probably meant to be.
 *
 * @example
 * nearestFlag("--allow-fs-raed=./src"); // "--allow-fs-read"
 */
export function nearestFlag(argument: string): string | undefined {
  return nearest(
    nameOf(argument),
    grantFlags().filter((flag) => flag.startsWith("--")),
  );
}

/** The error for a flag that nobody knows, with the nearest that exists, among the grants and `others`. */
export function unknownFlag(argument: string, others: readonly string[] = []): CordonError {
  const flag = nameOf(argument);
  const advice = foreignFlag(flag);
  const suggestion = advice === undefined ? didYouMean(flag, [...grantFlags(), ...others]) : ` ${advice}.`;
  return new CordonError("ERR_GRANT_UNKNOWN", { flag: flag.slice(0, 80), suggestion }, { path: flag });
}

function nameOf(argument: string): string {
  const equals = argument.indexOf("=");
  return equals < 0 ? argument : argument.slice(0, equals);
}

/**
 * Takes the leading grant and limit flags off a command line, in Node's and in Deno's spellings, and stops at the
 * first argument that is none. Relative paths start at `directory`.
 *
 * @example
 * parseGrantFlags(["--allow-fs-read=./src", "lint.js", "--fix"], { directory: "/app" }).rest; // ["lint.js", "--fix"]
 * @throws CordonError ERR_GRANT_INVALID, with the flag in `details.path`
 */
export function parseGrantFlags(
  args: readonly string[],
  at: { readonly directory: string },
): { document: PolicyDocument; rest: string[] } {
  const allow = emptyGrants();
  const deny = emptyGrants();
  const limits: OpenLimits = {};
  const builtins: BuiltinRule[] = [];
  const accept: Acceptable[] = [];
  const words: EarlierWords = { addresses: [], ports: [], without: [] };
  let taken = 0;
  while (taken < args.length) {
    const argument = args[taken] ?? "";
    const name = nameOf(argument);
    const flag = knownFlags().get(name);
    if (flag === undefined) break;
    const following = argument === name && TAKING_NEXT.test(name) ? valueAfter(args, taken) : undefined;
    const value = argument === name ? following : argument.slice(name.length + 1);
    naming(name, () => {
      if (flag.kind === "none") takeNothing(value);
      else if (flag.kind === "limit") takeLimit(limits, flag.limit, name, value);
      else if (flag.kind === "builtins") takeBuiltins(builtins, name, value);
      else if (flag.kind === "accept") takeAccept(accept, name, value);
      else if (flag.kind === "earlier") takeEarlier(words, { allow, deny }, name, value, at.directory);
      else takeGrant({ allow, deny }, flag, name, value, at.directory);
    });
    taken += following === undefined ? 1 : 2;
  }
  naming("--allowed-outgoing-ports", () => addOutgoing(words, { allow, deny }));
  const document = {
    allow: freezeGrants(allow),
    deny: freezeGrants(deny),
    ...(builtins.length === 0 ? {} : { builtins: Object.freeze({ deny: Object.freeze(builtins) }) }),
    ...(accept.length === 0 ? {} : { accept: joinAcceptable(accept) }),
    limits: Object.freeze(limits),
    ...(words.without.length === 0 ? {} : { without: Object.freeze(words.without) }),
  };
  return { document: Object.freeze(document), rest: args.slice(taken) };
}

/** Runs `task`; what is wrong with a value becomes an error that names its flag. */
function naming(flag: string, task: () => void): void {
  try {
    task();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new CordonError("ERR_GRANT_INVALID", { flag, problem: error.message }, { path: flag });
  }
}

function takeBuiltins(builtins: BuiltinRule[], name: string, value: string | undefined): void {
  if (value === undefined) throw new Malformed(`Expected a value: write ${name}=child_process.`);
  for (const item of splitList(value)) builtins.push(parseBuiltin(item, `${name}=${escapeItem(item)}`));
}

function takeAccept(accept: Acceptable[], name: string, value: string | undefined): void {
  if (value === undefined)
    throw new Malformed(`Expected a value: write ${name}=${acceptableNames.join(",")}.`);
  for (const item of splitList(value)) accept.push(parseAcceptable(item));
}

function takeEarlier(
  words: EarlierWords,
  sides: Readonly<Record<Effect, OpenGrants>>,
  name: string,
  value: string | undefined,
  directory: string,
): void {
  const take = earlierFlags.get(name);
  if (value === undefined)
    throw new Malformed(`Expected a value: write ${name}=${earlierExamples[name] ?? ""}.`);
  for (const item of splitList(value)) take?.(words, sides, item, `${name}=${escapeItem(item)}`, directory);
}

/** As in Node, what starts with a dash is a flag and no value. */
function valueAfter(args: readonly string[], at: number): string | undefined {
  const next = args[at + 1];
  return next === undefined || next.startsWith("-") ? undefined : next;
}

function takeNothing(value: string | undefined): void {
  if (value !== undefined) throw expected("no value", value);
}

function takeGrant(
  sides: Readonly<Record<Effect, OpenGrants>>,
  flag: Extract<Flag, { kind: "scope" }>,
  name: string,
  value: string | undefined,
  directory: string,
): void {
  const { scope, effect } = flag;
  if (scope === "worker" || scope === "wasi" || scope === "ffi" || scope === "inspector") {
    takeNothing(value);
    sides[effect][scope] = true;
    return;
  }
  if (value === undefined && !flag.mayBeBare) {
    const example = scopeTable[scope].examples[0];
    throw new Malformed(`Expected a value: write ${name}=${example}, or ${name}=* for everything.`);
  }
  for (const text of value === undefined ? [everything(scope)] : splitList(value)) {
    const origin = value === undefined ? name : `${name}=${escapeItem(text)}`;
    addValue(sides[effect], scope, effect, { text, optional: false, directory, origin });
  }
}

/** Splits at commas; `\,` is a comma of the value's own. */
function splitList(value: string): string[] {
  if (value.length > maxValueLength * 4)
    throw expected(`a list of at most ${maxValueLength * 4} characters`, value);
  return value.split(/(?<!\\),/).map((item) => item.replaceAll("\\,", ","));
}

/** Writes a value so that a list of flags reads it back. */
function escapeItem(text: string): string {
  return text.replaceAll(",", "\\,");
}

function takeLimit(limits: OpenLimits, limit: LimitName, name: string, value: string | undefined): void {
  if (value === undefined)
    throw new Malformed(`Expected a value: write ${name}=${limitTable[limit].example}.`);
  if (limits[limit] !== undefined) throw new Malformed("Expected it once, got it twice.");
  limits[limit] = parseLimit(limit, limitOfFlag(limit, value));
}
