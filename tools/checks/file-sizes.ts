// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { listSources } from "./files.ts";

const MOST_LINES = 400;

export const fileSizes: Check = {
  name: "file-sizes",
  claim: `no source file has more than ${MOST_LINES} lines`,
  run: (root) =>
    listSources(root).flatMap((path) => {
      const lines = readFileSync(join(root, path), "utf8").trimEnd().split("\n").length;
      return lines <= MOST_LINES
        ? []
        : [`${path}: expected at most ${MOST_LINES} lines, got ${lines}. Split it by the concepts in it.`];
    }),
};
