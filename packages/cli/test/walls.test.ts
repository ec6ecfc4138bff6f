// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWalls, warnAboutWalls } from "../src/command-line/walls.ts";

test("--walls takes the walls that stay, or those to take away", () => {
  assert.deepEqual(parseWalls("filters,namespaces"), ["namespaces", "filters"]);
  assert.deepEqual(parseWalls("-runtime"), ["namespaces", "filters"]);
  assert.deepEqual(parseWalls("-runtime,-filters"), ["namespaces"]);
});

test("--walls refuses what it does not know, a mixture, and no wall at all", () => {
  assert.throws(() => parseWalls("-runtim"), {
    code: "ERR_USAGE",
    details: { remedy: "Did you mean runtime?" },
  });
  assert.throws(() => parseWalls("filters,-runtime"), { code: "ERR_USAGE" });
  assert.throws(() => parseWalls("-namespaces,-filters,-runtime"), { code: "ERR_USAGE" });
  assert.throws(() => parseWalls(""), { code: "ERR_USAGE" });
});

test("a missing wall is warned about by name", () => {
  assert.equal(warnAboutWalls(undefined), undefined);
  assert.equal(warnAboutWalls(["runtime", "filters", "namespaces"]), undefined);
  assert.match(warnAboutWalls(["filters", "runtime"]) ?? "", /without the wall namespaces/);
  assert.match(warnAboutWalls(["runtime"]) ?? "", /without the walls namespaces and filters/);
});
