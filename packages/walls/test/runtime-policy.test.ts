// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { decide } from "@cordon/policy";
import fc from "fast-check";
import { resolvePaths } from "../src/paths.ts";
import { runtimePolicy } from "../src/runtime-policy.ts";
import { noScratch } from "../src/scratch.ts";
import { policyOf } from "./support/policies.ts";
import { makeRegularTree, pathFlags, removeTree } from "./support/random-trees.ts";

const regular = makeRegularTree();
after(() => removeTree(regular.root));
const rules = regular.paths.flatMap((path) => [path, `${path.slice(0, -1)}*`]).filter((path) => path !== "*");
const kinds = ["--allow-fs-read", "--deny-fs-read", "--allow-fs-write", "--deny-fs-write"];

const noSockets = { rules: [], aliases: [], writable: [], known: [] };

test("the runtime decides as the policy does, stars included, where no link is in the way", () => {
  fc.assert(
    fc.property(pathFlags(rules, kinds), (flags) => {
      const policy = policyOf(...flags);
      const inside = runtimePolicy(policy, resolvePaths(policy, ""), [], noScratch, noSockets);
      for (const path of regular.paths) {
        for (const scope of ["fs.read", "fs.write"] as const) {
          const expected = decide(policy, { scope, path }).granted;
          assert.equal(
            decide(inside, { scope, path }).granted,
            expected,
            `${scope} ${path}: ${flags.join(" ")}`,
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});
