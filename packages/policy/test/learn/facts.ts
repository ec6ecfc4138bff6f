// SPDX-License-Identifier: Apache-2.0
import type { LearnFacts, LearntUse } from "../../src/learn/types.ts";

export const NODE = "/usr/bin/node";

/** A machine of nobody's, with a project in a home. */
export function facts(changes: Partial<LearnFacts> = {}): LearnFacts {
  return {
    directory: "/home/ada/project",
    base: "/home/ada/project",
    entry: "/home/ada/project/main.js",
    home: "/home/ada",
    node: NODE,
    given: new Set([NODE]),
    environment: {},
    kindOf: () => "none",
    programName: () => undefined,
    namesOf: () => [],
    ...changes,
  };
}

/** A use by the program itself. */
export function use(kind: string, resource: string, more: Partial<LearntUse> = {}): LearntUse {
  return { use: kind, kind: "file", resource, real: "", by: NODE, ...more };
}
