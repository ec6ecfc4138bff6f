// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { suite, test } from "node:test";
import { fuzz } from "../fuzz/guided.ts";
import { findInC } from "../fuzz/planted/find-in-c.ts";
import { findInTs } from "../fuzz/planted/find-in-ts.ts";
import { plantedInC } from "../fuzz/planted/in-c.ts";
import { plantedInTs } from "../fuzz/planted/in-ts.ts";
import { oneOfEach } from "../fuzz/planted/plant.ts";
import { targets } from "../fuzz/targets/index.ts";

const root = dirname(dirname(import.meta.dirname));

for (const target of targets) {
  test(`no bytes of a cell break what reads them: ${target.name}`, async () => {
    const { good, inputs } = await fuzz(target, {});
    // Where hardly anything is understood, hardly anything is tested.
    assert.ok(good * 20 > inputs, `${good} of ${inputs} inputs had something in them`);
  });
}

// A fuzzer that finds nothing proves nothing: `npm run fuzz -- --planted` plants all of them.
suite("a fuzzer finds a planted mistake", () => {
  for (const planted of oneOfEach(plantedInC)) {
    test(`in the jail: ${planted.fuzzer}`, async () => {
      const { isFound, output } = await findInC(root, planted);
      assert.ok(isFound, output);
    });
  }
  for (const planted of oneOfEach(plantedInTs)) {
    test(`on the host: ${planted.fuzzer}`, async () => {
      const { isFound, output } = await findInTs(root, planted);
      assert.ok(isFound, output);
    });
  }
});
