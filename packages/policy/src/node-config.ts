// SPDX-License-Identifier: Apache-2.0
import { type At, entriesOf, Malplaced, parseJSON, readingFile, step } from "./file.ts";
import { addValue, emptyGrants, freezeGrants, type OpenGrants } from "./grants.ts";
import { allScopes, everything, scopeTable, switchScopes } from "./scopes.ts";
import type { PolicyDocument, Scope, SwitchScope } from "./types.ts";
import { expected, Malformed, maxRules } from "./values.ts";

const LIST = "a list of at most 256 texts, or one";

/**
 * Reads the `permission` object of Node's configuration file (24.16, 25.4). Relative paths start at `at.directory`, which
 * for Node is the working directory. All else in such a file is refused: Cordon would not hand it on to Node.
 *
 * @example
 * parseNodeConfig('{"permission": {"allow-fs-read": ["./src"], "allow-worker": true}}', at);
 * @throws CordonError ERR_POLICY_INVALID, with the JSON path in `details.path`
 */
export function parseNodeConfig(text: string, at: At): PolicyDocument {
  return readingFile(at.file, () => {
    const file = entriesOf(parseJSON(text), "", ["$schema", "permission", "nodeOptions"], "an object");
    if (file.has("nodeOptions")) {
      throw new Malplaced(
        "/nodeOptions",
        'Expected "permission" alone: no other option is handed on to Node.',
      );
    }
    const names = ["permission", ...allScopes().flatMap((scope) => scopeTable[scope].names.map(keyOf))];
    const entries = entriesOf(file.get("permission") ?? {}, "/permission", names, "an object");
    const allow = emptyGrants();
    for (const [key, value] of entries) take(allow, key, value, at);
    return Object.freeze({
      allow: freezeGrants(allow),
      deny: freezeGrants(emptyGrants()),
      limits: Object.freeze({}),
    });
  });
}

const keyOf = (name: string): string => `allow-${name}`;

function take(allow: OpenGrants, key: string, value: unknown, at: At): void {
  const path = step("/permission", key);
  try {
    const scope = allScopes().find((each) => scopeTable[each].names.some((name) => keyOf(name) === key));
    if (scope === undefined) {
      // Under Cordon the permission model is always on: the switch for it says nothing new.
      if (typeof value !== "boolean") throw expected("true or false", value);
      return;
    }
    if (isSwitch(scope)) {
      if (typeof value !== "boolean") throw expected("true or false", value);
      allow[scope] = value;
      return;
    }
    for (const text of textsOf(scope, key, value)) {
      const origin = `${at.file} ${path}`;
      addValue(allow, scope, "allow", { text, optional: false, directory: at.directory, origin });
    }
  } catch (error) {
    throw error instanceof Malformed ? new Malplaced(path, error.message) : error;
  }
}

function isSwitch(scope: Scope): scope is SwitchScope {
  return switchScopes.some((each) => each === scope);
}

function textsOf(scope: Scope, key: string, value: unknown): readonly string[] {
  const mayBeBare = scopeTable[scope].bare.some((name) => keyOf(name) === key);
  if (typeof value === "boolean" && mayBeBare) return value ? [everything(scope)] : [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > maxRules) throw expected(LIST, value);
  return list.map((text) => {
    if (typeof text !== "string") throw expected(mayBeBare ? `true, false or ${LIST}` : LIST, value);
    return text;
  });
}
