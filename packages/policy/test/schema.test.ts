// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { isCordonError } from "../src/errors.ts";
import { parsePolicyFile } from "../src/file.ts";
import { toJSONSchema } from "../src/schema.ts";
import { allScopes, scopeTable, valueKeys } from "../src/scopes.ts";
import { readPublished } from "./published.ts";

const root = join(import.meta.dirname, "../../..");
const PATH = "packages/cli/cordon.schema.json";
const published: object = JSON.parse(readPublished(PATH));
// Strict: a keyword that the validator does not know is a mistake in the schema.
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(published);

function parses(document: unknown): boolean {
  try {
    parsePolicyFile(JSON.stringify(document), { file: "cordon.json", directory: "/app" });
    return true;
  } catch (error) {
    if (isCordonError(error, "ERR_POLICY_INVALID")) return false;
    throw error;
  }
}

test("the policies of the examples and of the documents are what the schema says", () => {
  const files = globSync("examples/policies/*/cordon.json", { cwd: root });
  assert.ok(files.length >= 6);
  const shown = [...readPublished("docs/permissions.md").matchAll(/^```json\n([^]*?)^```$/gm)]
    .map((match): Record<string, unknown> => JSON.parse(match[1] ?? ""))
    .filter((document) => !("permission" in document));
  assert.ok(shown.length >= 1);
  for (const document of [
    ...files.map((file) => JSON.parse(readFileSync(join(root, file), "utf8"))),
    ...shown,
  ])
    assert.ok(validate(document), JSON.stringify(validate.errors));
});

test("every key that a policy may have is described", () => {
  const undescribed: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const [key, value] of Object.entries(schema)) {
      if (key === "properties")
        for (const [name, property] of Object.entries(value as Record<string, object>))
          if (!("description" in property)) undescribed.push(`${path}/${name}`);
      walk(value, `${path}/${key}`);
    }
  };
  walk(toJSONSchema(), "");
  assert.deepEqual(undescribed, []);
});

test("the schema is a file of the package that the documents point to", () => {
  const { $schema } = JSON.parse(
    /^```json\n(\{\n {2}"\$schema"[^]*?)^```$/m.exec(readPublished("docs/permissions.md"))?.[1] ?? "{}",
  ) as { $schema?: string };
  const { name, files } = JSON.parse(readPublished("packages/cli/package.json")) as {
    name: string;
    files?: readonly string[];
  };
  assert.equal($schema, `./node_modules/${name}/${PATH.split("/").at(-1)}`);
  assert.ok(files === undefined || files.includes("cordon.schema.json"));
});

function hasText(value: unknown): boolean {
  if (typeof value === "string") return value !== "";
  return typeof value === "object" && value !== null && Object.values(value).some(hasText);
}

/** A value of JSON, in its place or not; no text of which only the parser could say whether its grammar is right. */
const junk = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, false, 0, 1.5, "", [], {}, [[]], ["x", 1]) },
  {
    weight: 1,
    arbitrary: fc.jsonValue({ maxDepth: 2 }).filter((value) => !hasText(value)),
  },
);
/** Rarely wrong, so that documents are often right as a whole. */
const mostly = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 30, arbitrary: good }, { weight: 1, arbitrary: junk });

/** With a key that nobody knows, now and then. */
const sometimesMore = (record: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc
    .tuple(
      record,
      fc.oneof(
        { weight: 20, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: junk.map((other) => ({ other })) },
      ),
    )
    .map(([known, more]) => ({ ...known, ...more }));

const hash = fc.constantFrom("a".repeat(64), "0".repeat(63), "A1".repeat(32));

const scope = fc.constantFrom(...allScopes()).chain((name): fc.Arbitrary<[string, unknown]> => {
  const { kind, examples } = scopeTable[name];
  if (kind === "switch") {
    const explained = fc.record({ reason: mostly(fc.constant("because")) }, { requiredKeys: [] });
    return fc.tuple(fc.constant(name), mostly(fc.oneof(fc.constant(true), explained)));
  }
  const value = fc.constantFrom(...examples);
  const item = sometimesMore(
    fc.record(
      {
        [valueKeys[kind]]: mostly(value),
        optional: mostly(fc.boolean()),
        sha256: mostly(hash),
        reason: mostly(fc.constant("because")),
      },
      { requiredKeys: [] },
    ),
  );
  return fc.tuple(
    fc.constant(name),
    mostly(
      fc.array(mostly(fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: item })), {
        maxLength: 3,
      }),
    ),
  );
});
const grants = mostly(
  fc
    .array(
      fc.oneof({ weight: 30, arbitrary: scope }, { weight: 1, arbitrary: fc.tuple(fc.string(), junk) }),
      {
        maxLength: 3,
      },
    )
    .map((entries) => Object.fromEntries(entries)),
);
const limits = sometimesMore(
  fc.record(
    {
      memory: mostly(fc.constantFrom("256MB", "1.5GB", "1TB", "12KB", "1 MB")),
      processes: mostly(fc.constantFrom(1, 32, 8, 64, 1_000_000, 1_000_001)),
      cpu: mostly(fc.constantFrom(0.5, 0.07, 4, 0.01, 1024, 0.001, 2000)),
      cpuWeight: mostly(fc.constantFrom(1, 100, 10_000, 10_001)),
      wallTime: mostly(fc.constantFrom("30s", "1.5m", "100ms", "2h", "1d")),
    },
    { requiredKeys: [] },
  ),
);
const document = sometimesMore(
  fc.record(
    {
      $schema: mostly(fc.constant("./cordon.schema.json")),
      extends: mostly(fc.constant("./base.json")),
      allow: grants,
      deny: grants,
      limits: mostly(limits),
      accept: mostly(fc.array(mostly(fc.constantFrom("clock", "limits", "all")), { maxLength: 3 })),
      integrity: mostly(
        fc.dictionary(
          fc.constantFrom("./main.js", "lib/a.js"),
          mostly(fc.constantFrom(`sha256-${"A".repeat(43)}=`, "sha1-AAAA", `sha512-${"A".repeat(86)}==`)),
          { maxKeys: 2 },
        ),
      ),
      builtins: mostly(
        fc.record(
          { deny: mostly(fc.array(mostly(fc.constantFrom("child_process", "node:fs")), { maxLength: 2 })) },
          { requiredKeys: [] },
        ),
      ),
    },
    { requiredKeys: [] },
  ),
);

test("null is no way to leave something out", () => {
  const pinned = { program: "git", optional: null };
  const documents: readonly object[] = [
    ...["$schema", "extends", "allow", "deny", "limits", "integrity", "builtins", "accept"].map((key) => ({
      [key]: null,
    })),
    ...allScopes().map((name) => ({ allow: { [name]: null } })),
    { builtins: { deny: null } },
    { limits: { memory: null } },
    { allow: { run: [pinned] } },
    { allow: { run: [{ ...pinned, optional: false, sha256: null }] } },
    { allow: { run: [{ ...pinned, optional: false, reason: null }] } },
  ];
  for (const given of documents)
    assert.deepEqual([validate(given), parses(given)], [false, false], JSON.stringify(given));
});

test("a document whose values have the right grammar is valid if, and only if, the parser takes it", () => {
  const counted = { valid: 0, invalid: 0 };
  fc.assert(
    fc.property(document, (given) => {
      const text: unknown = JSON.parse(JSON.stringify(given));
      const isValid = validate(text);
      counted[isValid ? "valid" : "invalid"] += 1;
      assert.equal(parses(text), isValid, JSON.stringify(validate.errors));
    }),
    { numRuns: 500 },
  );
  // Both sides of the law have been tried.
  assert.ok(counted.valid > 20 && counted.invalid > 20, JSON.stringify(counted));
});

test("whatever the values, what the schema refuses the parser refuses too", () => {
  const anyList = fc
    .tuple(fc.constantFrom(...allScopes()), fc.array(fc.string({ unit: "binary" }), { maxLength: 2 }))
    .map(([name, values]) => ({ allow: { [name]: values } }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), anyList), (given) => {
      const text: unknown = JSON.parse(JSON.stringify(given));
      if (!validate(text)) assert.ok(!parses(text));
    }),
  );
});
