// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { mergePolicies, parseGrantFlags } from "@cordon/policy";
import { disagreement, type Setting } from "../agreement/judge.ts";
import { layOut } from "../agreement/site.ts";

const program = join(import.meta.dirname, "..", "agreement", "main.ts");
/** More than these by CORDON_AGREEMENT_POLICIES, others by CORDON_AGREEMENT_SEED. */
const policies = process.env["CORDON_AGREEMENT_POLICIES"] ?? "12";
const seed = process.env["CORDON_AGREEMENT_SEED"] ?? "20261122";

test("the kernel does what decide() says, over random trees and policies, behind each wall and behind all", (t) => {
  const words = [program, `--policies=${policies}`, `--seed=${seed}`];
  const ended = spawnSync(process.execPath, words, { encoding: "utf8" });
  t.diagnostic(ended.stdout.trim());
  assert.equal(ended.status, 0, `${ended.stdout}${ended.stderr}`);
  assert.match(ended.stdout, /\b0 disagreements/);
});

test("the judge sees a kernel that is wider than the policy, or narrower without a reason", (t) => {
  const site = layOut(
    [
      { path: "a", kind: "directory", target: "" },
      { path: "a/b", kind: "file", target: "" },
    ],
    { allow: { "fs.read": [], "fs.write": [] }, deny: { "fs.read": [], "fs.write": [] } },
  );
  t.after(site.dispose);
  const { document } = parseGrantFlags(["--allow-fs-read=./a"], { directory: site.root });
  const setting: Setting = {
    policy: mergePolicies(document),
    walls: ["namespaces", "filters"],
    paths: [site.root, `${site.root}/a`, `${site.root}/a/b`],
    named: [`${site.root}/a`],
    hasChanged: site.hasChanged,
  };
  const file = `${site.root}/a/b`;
  const read = { what: "read", path: file } as const;
  assert.equal(disagreement(setting, read, { code: "ok", found: file }), undefined);
  assert.match(disagreement(setting, read, { code: "EACCES" }) ?? "", /granted by the policy.*EACCES/);
  assert.match(disagreement(setting, read, { code: "ok", found: "other" }) ?? "", /gave what is not/);
  assert.match(disagreement(setting, read, { code: "undefined" }) ?? "", /which no wall says/);
  const write = { what: "write", path: file } as const;
  assert.equal(disagreement(setting, write, { code: "EROFS" }), undefined);
  assert.match(disagreement(setting, write, { code: "ok" }) ?? "", /denied by the policy.*ok/);
});
