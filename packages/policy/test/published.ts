// SPDX-License-Identifier: Apache-2.0
// What is made from the sources and kept in the repository. Run by itself, this renews it:
// node packages/policy/test/published.ts
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { errorPage } from "../src/error-page.ts";
import { limitRows, scopeFacts, scopeRows } from "../src/permission-table.ts";
import { toJSONSchema } from "../src/schema.ts";
import { allScopes } from "../src/scopes.ts";

const root = join(import.meta.dirname, "../../..");

export interface Published {
  readonly path: string;
  readonly make: (current: string) => string;
}

function betweenMarks(page: string, name: string, content: string): string {
  const marks = new RegExp(`(<!-- ${name}: made from the sources -->\n)[^]*?(\n<!-- end -->)`);
  if (!marks.test(page)) throw new Error(`Expected the marks of ${name}.`);
  return page.replace(marks, (_, start: string, end: string) => start + content + end);
}

export const published: readonly Published[] = [
  {
    path: "packages/cli/cordon.schema.json",
    make: (current) => {
      // How it is laid out is the formatter's to say.
      const isFresh = current !== "" && isDeepStrictEqual(JSON.parse(current), toJSONSchema());
      return isFresh ? current : `${JSON.stringify(toJSONSchema(), undefined, 2)}\n`;
    },
  },
  { path: "docs/errors.md", make: errorPage },
  {
    path: "docs/permissions.md",
    make: (page) => betweenMarks(betweenMarks(page, "scopes", scopeRows()), "limits", limitRows()),
  },
  ...allScopes().map((scope) => ({
    path: `docs/scopes/${scope}.md`,
    make: (page: string) => betweenMarks(page, "scope", scopeFacts(scope)),
  })),
];

export function readPublished(path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
}

if (import.meta.main) {
  for (const { path, make } of published) writeFileSync(join(root, path), make(readPublished(path)));
}
