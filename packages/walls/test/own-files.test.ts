// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { decide } from "@cordon/policy";
import { cacheDirectory } from "../src/cache.ts";
import { jailPath, probeNode } from "../src/index.ts";
import { protectOwnFiles } from "../src/own-files.ts";
import { policyOf } from "./support/policies.ts";

const node = await probeNode(process.execPath);

test("the jail, the Node that runs Cordon and what is kept between starts are written under no grant", () => {
  for (const grant of ["*", ...new Set([jailPath, process.execPath, cacheDirectory()].map(dirname))]) {
    const policy = protectOwnFiles(policyOf(`--allow-fs-write=${grant}`), node);
    for (const path of [
      jailPath,
      process.execPath,
      `${cacheDirectory()}/host.json`,
      `${cacheDirectory()}/compile/x`,
    ])
      assert.equal(decide(policy, { scope: "fs.write", path }).granted, false, `${path} under ${grant}`);
  }
  assert.ok(existsSync(cacheDirectory()), "what is not there cannot be covered");
});

test("a policy that reaches none of them is as it was", () => {
  const policy = policyOf("--allow-fs-write=/srv/elsewhere");
  assert.equal(protectOwnFiles(policy, node), policy);
});
