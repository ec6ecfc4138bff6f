// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

/** What a directory is to hold: `name: "text"` a file, `name/: ""` a directory, `name: "-> text"` a link. */
export type Listing = Readonly<Record<string, string>>;

/** Makes the entries of a listing below a directory, in their order. */
function makeTree(root: string, listing: Listing): void {
  for (const [name, contents] of Object.entries(listing)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (name.endsWith("/")) mkdirSync(path, { recursive: true });
    else if (contents.startsWith("-> ")) symlinkSync(contents.slice(3), path);
    else writeFileSync(path, contents);
  }
}

/** A directory for one test, removed after it. Its path has no links in it. */
export function temporaryTree(context: TestContext, listing: Listing = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "cordon-walls-")));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  makeTree(root, listing);
  return root;
}
