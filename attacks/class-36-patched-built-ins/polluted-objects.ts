// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Properties on Object.prototype are not taken for a decision, an option or a descriptor of its own",
  ({ patch, lure }, cell) => {
    const answers: Record<string, unknown> = {
      granted: true,
      allowed: true,
      effect: "allow",
      optional: true,
      absent: true,
      throwIfNoEntry: false,
      has: () => true,
      apply: (target: () => unknown, self: unknown, args: unknown[]) => Reflect.apply(target, self, args),
      rule: undefined,
      denial: undefined,
      scope: "fs.read",
      resource: cell.granted,
      reason: "",
      uses: [],
      probe: true,
      read: true,
      write: true,
      deep: false,
      mode: 0,
      flag: "r",
      file: cell.tool,
      shell: false,
      cwd: cell.granted,
      weight: 1e9,
      allow: [],
      deny: [],
    };
    const names = Object.keys(answers);
    for (let index = 0; index < names.length; index++) {
      const answer = answers[names[index] ?? ""];
      patch(Object.prototype, names[index] ?? "", answer);
    }
    lure(Object.prototype, "path", `${cell.granted}/file.txt`);
    lure(Object.prototype, "program", cell.tool);
  },
);
