// SPDX-License-Identifier: Apache-2.0
import { type Acceptable, acceptableNames, joinAcceptable, parseAcceptable } from "./accept.ts";
import { CordonError } from "./errors.ts";
import { addValue, emptyGrants, freezeGrants, type OpenGrants, type WrittenValue } from "./grants.ts";
import { repeatedKey } from "./json-keys.ts";
import { limitNames, type OpenLimits, parseLimit } from "./limits.ts";
import { parseBuiltin, parseIntegrity } from "./module-values.ts";
import { didYouMean } from "./nearest.ts";
import { allScopes, isScope, scopeTable, valueKeys } from "./scopes.ts";
import type { BuiltinRule, IntegrityRule, Grants, PolicyDocument, Scope } from "./types.ts";
import { checkText, expected, Malformed, maxRules } from "./values.ts";

/** A package may have many files. */
const maxIntegrity = 4096;

/** No policy file is larger. Counted in UTF-16 units, as `length` does. */
export const maxFileLength = 262_144;

/** What errors call the file that a policy came from, where it is denied to the program. */
export const ownPolicyFile = "the policy's own file";

/** What errors call a file, and where its relative paths start. */
export interface At {
  readonly file: string;
  readonly directory: string;
}

/** A mistake at a place of a file, as a JSON pointer. */
export class Malplaced extends Malformed {
  readonly path: string;
  constructor(path: string, problem: string) {
    super(problem);
    this.path = path;
  }
}

/**
 * Reads a policy file. Relative paths start at `at.directory`; `at.file` is what errors and origins call it.
 *
 * @example
 * parsePolicyFile('{"allow": {"fs.read": ["./src"]}}', { file: "cordon.json", directory: "/app" });
 * @throws CordonError ERR_POLICY_INVALID, with the JSON path in `details.path`
 */
export function parsePolicyFile(text: string, at: At): PolicyDocument {
  return readingFile(at.file, () => readDocument(parseJSON(text), at));
}

/** Runs `read`; a mistake becomes an error that names the file and the place. */
export function readingFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const path = error instanceof Malplaced ? error.path : "";
    const where = `${file} ${path}`.trimEnd();
    throw new CordonError("ERR_POLICY_INVALID", { where, problem: error.message }, { path });
  }
}

/** JSON of bounded length, with each key once. */
export function parseJSON(text: string): unknown {
  if (text.length > maxFileLength) {
    throw new Malformed(`Expected at most ${maxFileLength} characters, got ${text.length}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Malformed(`Expected JSON: ${cause.replace(/\p{Cc}/gu, " ").slice(0, 200)}.`);
  }
  const repeated = repeatedKey(text);
  if (repeated !== undefined) {
    throw new Malformed(
      `Expected each key once in an object, got ${JSON.stringify(repeated.slice(0, 60))} twice.`,
    );
  }
  return value;
}

/** One step of a JSON pointer (RFC 6901). */
export function step(path: string, key: string | number): string {
  return `${path}/${String(key).slice(0, 60).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function within<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Malformed) || error instanceof Malplaced) throw error;
    throw new Malplaced(path, error.message);
  }
}

/** The entries of an object whose keys are all known. A Map, so that no key can be mistaken for a prototype's. */
export function entriesOf(
  value: unknown,
  path: string,
  known: readonly string[],
  what: string,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): Map<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Malplaced(path, expected(what, value).message);
  }
  const entries = new Map<string, unknown>(Object.entries(value));
  for (const key of entries.keys()) {
    if (known.includes(key)) continue;
    const hint = elsewhere.get(key) ?? (didYouMean(key, known) || ` Known here: ${known.join(", ")}.`);
    throw new Malplaced(step(path, key), `Unknown key.${hint}`);
  }
  return entries;
}

function readDocument(value: unknown, at: At): PolicyDocument {
  const keys = ["$schema", "extends", "allow", "deny", "integrity", "builtins", "accept", "limits"];
  const entries = entriesOf(value, "", keys, "a policy: an object");
  const schema = entries.get("$schema");
  if (schema !== undefined && typeof schema !== "string") {
    throw new Malplaced("/$schema", expected("text", schema).message);
  }
  const base = entries.get("extends");
  if (base !== undefined) within("/extends", () => checkText(textOf(base, "a path"), "a path"));
  return Object.freeze({
    ...(typeof base === "string" ? { extends: base } : {}),
    allow: readGrants(entries.get("allow"), "allow", at),
    deny: readGrants(entries.get("deny"), "deny", at),
    ...(entries.has("integrity") ? { integrity: readIntegrity(entries.get("integrity"), at) } : {}),
    ...(entries.has("builtins") ? { builtins: readBuiltins(entries.get("builtins"), at) } : {}),
    ...(entries.has("accept") ? { accept: readAccept(entries.get("accept")) } : {}),
    limits: readLimits(entries.get("limits")),
  });
}

function readAccept(value: unknown): readonly Acceptable[] {
  if (!Array.isArray(value) || value.length > acceptableNames.length)
    throw new Malplaced("/accept", expected(`a list of ${acceptableNames.join(", ")}`, value).message);
  const names = value.map((item, index) => within(step("/accept", index), () => parseAcceptable(item)));
  return joinAcceptable(names);
}

function readIntegrity(value: unknown, at: At): readonly IntegrityRule[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Malplaced("/integrity", expected("an object of files and their hashes", value).message);
  }
  const files = Object.entries(value);
  if (files.length > maxIntegrity) {
    const problem = `Expected at most ${maxIntegrity} files, got ${files.length}.`;
    throw new Malplaced("/integrity", problem);
  }
  return files.map(([path, hash]) => {
    const place = step("/integrity", path);
    return within(place, () =>
      parseIntegrity(path, hash, { directory: at.directory, origin: `${at.file} ${place}` }),
    );
  });
}

function readBuiltins(value: unknown, at: At): { readonly deny: readonly BuiltinRule[] } {
  const entries = entriesOf(value, "/builtins", ["deny"], 'an object such as {"deny": ["child_process"]}');
  const list = entries.has("deny") ? entries.get("deny") : [];
  if (!Array.isArray(list) || list.length > maxRules) {
    const what = `a list of at most ${maxRules} built-in modules`;
    throw new Malplaced("/builtins/deny", expected(what, list).message);
  }
  const deny = list.map((item, index) => {
    const place = step("/builtins/deny", index);
    return within(place, () => parseBuiltin(item, `${at.file} ${place}`));
  });
  return Object.freeze({ deny: Object.freeze(deny) });
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== "string") throw expected(what, value);
  return value;
}

function readGrants(value: unknown, effect: "allow" | "deny", at: At): Grants {
  const grants = emptyGrants();
  const path = `/${effect}`;
  const entries = value === undefined ? [] : entriesOf(value, path, allScopes(), "an object of scopes");
  for (const [scope, list] of entries) {
    if (isScope(scope)) within(step(path, scope), () => readScope(grants, scope, effect, list, at));
  }
  return freezeGrants(grants);
}

function readScope(grants: OpenGrants, scope: Scope, effect: "allow" | "deny", list: unknown, at: At): void {
  if (scope === "worker" || scope === "wasi" || scope === "ffi" || scope === "inspector") {
    if (list !== true) {
      const path = step(`/${effect}`, scope);
      const entries = entriesOf(list, path, ["reason"], "`true`, or the key left out");
      if (!entries.has("reason")) throw expected("`true`, or an object with `reason`", list);
      readReason(entries, path);
    }
    grants[scope] = true;
    return;
  }
  if (!Array.isArray(list)) throw expected(`a list such as ["${scopeTable[scope].examples[0]}"]`, list);
  if (list.length > maxRules)
    throw new Malformed(`Expected at most ${maxRules} entries, got ${list.length}.`);
  for (const [index, item] of list.entries()) {
    const path = step(step(`/${effect}`, scope), index);
    within(path, () => addValue(grants, scope, effect, readItem(scope, item, path, at)));
  }
}

function readItem(scope: Scope, item: unknown, path: string, at: At): WrittenValue {
  const { kind, pinned, examples } = scopeTable[scope];
  const origin = `${at.file} ${path}`;
  const place = { directory: at.directory, origin };
  if (typeof item === "string" || kind === "switch") {
    return { text: textOf(item, `text such as "${examples[0]}"`), optional: false, ...place };
  }
  const key = valueKeys[kind];
  const isFile = kind === "path" || kind === "run";
  const known = [key, "reason", ...(isFile ? ["optional"] : []), ...(pinned ? ["sha256"] : [])];
  const entries = entriesOf(item, path, known, `text such as "${examples[0]}", or an object with \`${key}\``);
  readReason(entries, path);
  const optional = entries.has("optional") ? entries.get("optional") : false;
  if (typeof optional !== "boolean") {
    throw new Malplaced(step(path, "optional"), expected("true or false", optional).message);
  }
  const text = within(step(path, key), () => textOf(entries.get(key), `text such as "${examples[0]}"`));
  const sha256 = entries.get("sha256");
  if (sha256 === undefined) return { text, optional, ...place };
  return {
    text,
    optional,
    sha256: within(step(path, "sha256"), () => textOf(sha256, "a SHA-256 hash")),
    ...place,
  };
}

/** A reason is for whoever reads the file; nothing is decided by it. */
function readReason(entries: ReadonlyMap<string, unknown>, path: string): void {
  const reason = entries.get("reason");
  if (reason !== undefined)
    within(step(path, "reason"), () => checkText(textOf(reason, "a line of text"), "a line of text"));
}

/** What was a limit once. */
const notLimits: ReadonlyMap<string, string> = new Map([
  ["watch", ' It is no limit: write "accept": ["limits"] beside them.'],
]);

function readLimits(value: unknown): OpenLimits {
  const limits: OpenLimits = {};
  if (value === undefined) return Object.freeze(limits);
  const entries = entriesOf(value, "/limits", limitNames, "an object of limits", notLimits);
  for (const name of limitNames) {
    const limit = entries.get(name);
    if (limit !== undefined) limits[name] = within(`/limits/${name}`, () => parseLimit(name, limit));
  }
  return Object.freeze(limits);
}
