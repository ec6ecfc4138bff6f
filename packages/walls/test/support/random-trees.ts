// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";

/** A directory with two levels of directories `a b c`, each holding a file `f`, for rules to be made at random in. */
export function makeRegularTree(): { readonly root: string; readonly paths: readonly string[] } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "cordon-regular-")));
  const names = ["a", "b", "c"];
  const directories = ["", ...names, ...names.flatMap((name) => names.map((inner) => `${name}/${inner}`))];
  for (const directory of directories) {
    mkdirSync(join(root, directory), { recursive: true });
    writeFileSync(join(root, directory, "f"), "");
  }
  const paths = directories.flatMap((directory) => [join(root, directory), join(root, directory, "f")]);
  return { root, paths };
}

export function removeTree(root: string): void {
  rmSync(root, { recursive: true });
}

/** Up to eight flags that grant or deny paths of a list. */
export function pathFlags(paths: readonly string[], kinds: readonly string[]): fc.Arbitrary<string[]> {
  const flag = fc
    .tuple(fc.constantFrom(...kinds), fc.constantFrom(...paths))
    .map(([kind, path]) => `${kind}=${path}`);
  return fc.array(flag, { minLength: 1, maxLength: 8 });
}
