// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { listSources } from "./files.ts";

const HEADER = /^(?:#!.*\n)?(?:\/\/|\/\*) SPDX-License-Identifier: Apache-2\.0(?: \*\/)?\n/;

export const licences: Check = {
  name: "licences",
  claim: "every source file begins with its SPDX licence line",
  run: (root) =>
    listSources(root)
      .filter((path) => !HEADER.test(readFileSync(join(root, path), "utf8")))
      .map((path) => `${path}: put \`// SPDX-License-Identifier: Apache-2.0\` on its first line.`),
};
