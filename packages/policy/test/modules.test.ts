// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolicyFile } from "../src/file.ts";
import { mergePolicies } from "../src/merge.ts";
import { deniedBuiltin } from "../src/modules.ts";
import { policyFromPlain, policyToPlain } from "../src/plain.ts";
import { printPolicy } from "../src/print.ts";
import { restrictPolicy } from "../src/restrict.ts";
import type { Policy } from "../src/types.ts";
import { policyOf } from "./policies.ts";

const at = { file: "cordon.json", directory: "/app" };
const hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const read = (document: object): Policy => mergePolicies(parsePolicyFile(JSON.stringify(document), at));
const problemOf = (document: object): string => {
  try {
    read(document);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "none";
};

test("a file is pinned by its hash, a directory by its files", () => {
  const { integrity } = read({ integrity: { "./main.js": hash, "lib/": "listed", "/etc/x": hash } });
  assert.deepEqual(
    integrity.map(({ path, hash: value, origin }) => [path, value, origin]),
    [
      ["/app/lib", "listed", "cordon.json /integrity/lib~1"],
      ["/app/main.js", hash, "cordon.json /integrity/.~1main.js"],
      ["/etc/x", hash, "cordon.json /integrity/~1etc~1x"],
    ],
  );
});

test("what is no hash is refused with its place", () => {
  const wrong = [
    "sha1-x",
    "sha256-short=",
    "listed",
    47,
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "constructor-x",
  ];
  for (const value of wrong) {
    assert.match(
      problemOf({ integrity: { "./a": value } }),
      /^cordon.json \/integrity\/.~1a: Expected a hash such as "sha256-/,
    );
  }
  assert.match(problemOf({ integrity: { "./a/": hash } }), /Expected "listed"/);
  assert.match(problemOf({ integrity: { "./a*": hash } }), /by its name/);
  assert.match(problemOf({ integrity: ["./a"] }), /Expected an object of files and their hashes/);
});

test("built-in modules are denied by name, in a file and by a flag", () => {
  const file = read({ builtins: { deny: ["node:child_process", "fs"] } });
  const flag = policyOf("--deny-builtins=child_process,node:fs");
  const names = (policy: Policy): string[] => policy.builtins.deny.map(({ name }) => name);
  assert.deepEqual(names(file), ["child_process", "fs"]);
  assert.deepEqual(names(flag), names(file));
  assert.match(problemOf({ builtins: { deny: ["fs/promises"] } }), /fs leads to it too. Write fs\.$/);
  assert.match(problemOf({ builtins: { deny: ["./fs"] } }), /Expected a built-in module/);
  assert.match(problemOf({ builtins: { allow: ["fs"] } }), /Unknown key/);
  assert.throws(() => policyOf("--deny-builtins"), { code: "ERR_GRANT_INVALID" });
});

test("a denied module is so under its prefix and with what is below it, and no other name", () => {
  const { deny } = policyOf("--deny-builtins=fs").builtins;
  for (const id of ["fs", "node:fs", "fs/promises", "node:fs/promises"])
    assert.ok(deniedBuiltin(deny, id), id);
  for (const id of ["fsx", "node:path", "x/fs", "./fs"]) assert.equal(deniedBuiltin(deny, id), undefined, id);
});

test("policies within policies, and policies handed on, keep both", () => {
  const outer = read({ builtins: { deny: ["net"] }, integrity: { "./a": hash } });
  const inner = read({ builtins: { deny: ["vm"] }, integrity: { "./b": hash } });
  for (const policy of [
    restrictPolicy(outer, inner),
    policyFromPlain(policyToPlain(restrictPolicy(outer, inner))),
  ]) {
    assert.deepEqual(
      policy.builtins.deny.map(({ name }) => name),
      ["net", "vm"],
    );
    assert.deepEqual(
      policy.integrity.map(({ path }) => path),
      ["/app/a", "/app/b"],
    );
  }
  const policy = read({ builtins: { deny: ["net"] }, integrity: { "./a": hash, "./b/": "listed" } });
  const again = mergePolicies(parsePolicyFile(printPolicy(policy), { file: "x", directory: "/elsewhere" }));
  assert.deepEqual(policyToPlain(again), policyToPlain(policy));
});
