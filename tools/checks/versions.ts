// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Check } from "./check.ts";
import { listFiles } from "./files.ts";

const EXACT = /^(?:npm:.+@)?\d+\.\d+\.\d+(?:-[0-9a-z.-]+)?$/i;
const FIELDS = ["dependencies", "devDependencies", "optionalDependencies"] as const;
type Manifest = Partial<Record<(typeof FIELDS)[number], Record<string, string>>>;

export const versions: Check = {
  name: "versions",
  claim: "every dependency is pinned to one exact version",
  run: (root) =>
    listFiles(root)
      .filter((path) => basename(path) === "package.json")
      .flatMap((path) => {
        const manifest = JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
        return FIELDS.flatMap((field) => Object.entries(manifest[field] ?? {}))
          .filter(([, version]) => !EXACT.test(version))
          .map(
            ([name, version]) =>
              `${path}: expected an exact version of ${name}, got "${version}". Use \`npm install --save-exact ${name}\`.`,
          );
      }),
};
