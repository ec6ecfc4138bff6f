// SPDX-License-Identifier: Apache-2.0
import { basename } from "node:path";
import type { Check } from "./check.ts";
import { listSources } from "./files.ts";

const KEBAB_CASE = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+$/;

/** C keeps to its own custom. */
const SNAKE_CASE = /^[a-z0-9]+(?:_[a-z0-9]+)*\.[ch]$/;

export const fileNames: Check = {
  name: "file-names",
  claim: "source files are named in kebab-case, those in C in snake_case",
  run: (root) =>
    listSources(root)
      .filter((path) => !KEBAB_CASE.test(basename(path)) && !SNAKE_CASE.test(basename(path)))
      .map((path) => `${path}: expected a name such as seccomp-program.ts. Rename it with \`git mv\`.`),
};
