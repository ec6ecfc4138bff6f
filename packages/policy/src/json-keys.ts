// SPDX-License-Identifier: Apache-2.0

/**
 * Finds a key that stands twice in one object of valid JSON text. `JSON.parse` keeps the last and says nothing:
 * a second `"deny"` would silently undo the first.
 */
export function repeatedKey(json: string): string | undefined {
  const objects: (Set<string> | undefined)[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gs;
  for (const [text, colon] of json.matchAll(token)) {
    if (text === "{") objects.push(new Set());
    else if (text === "[") objects.push(undefined);
    else if (text === "}" || text === "]") objects.pop();
    else if (colon !== undefined) {
      const key: unknown = JSON.parse(text.slice(0, text.lastIndexOf('"') + 1));
      const keys = objects.at(-1);
      if (typeof key !== "string" || keys === undefined) continue;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
