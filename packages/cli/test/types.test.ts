// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { allScopes } from "@cordon/policy";

const root = join(import.meta.dirname, "../../..");

/** What the compiler says of a program in a project that has installed the package. */
function compile(context: TestContext, source: string): string {
  const project = mkdtempSync(join(tmpdir(), "cordon-types-"));
  context.after(() => rmSync(project, { recursive: true }));
  mkdirSync(join(project, "node_modules/@types"), { recursive: true });
  symlinkSync(join(root, "packages/cli"), join(project, "node_modules/cordon"));
  for (const name of ["@types/node", "undici-types"])
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  writeFileSync(join(project, "program.ts"), source);
  const options = {
    module: "nodenext",
    target: "es2024",
    strict: true,
    noEmit: true,
    types: ["node", "cordon/process"],
  };
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["program.ts"] }),
  );
  const compiler = join(root, "node_modules/.bin/tsc");
  const { stdout, stderr } = spawnSync(compiler, ["-p", project], { encoding: "utf8", timeout: 60_000 });
  return stdout + stderr;
}

test("process.permission and process.policy are typed for a program that names the types", (context) => {
  const said = compile(
    context,
    `import { subscribe } from "node:diagnostics_channel";
     import type { AccessDeniedError, DeniedMessage, PermissionScope } from "cordon/process";
     const scope: PermissionScope = "net.connect";
     const may: boolean = process.permission.has(scope, "api.example.com:443");
     process.permission.drop("fs.read", Buffer.from("/etc/app"));
     process.permission.drop("child");
     process.policy.deny("fs.out", ["/tmp", "/var"]);
     const both: boolean = process.policy.check("fs.in", "/etc") && may;
     subscribe("cordon:denied", (message) => console.log((message as DeniedMessage).grant, both));
     try { process.chdir("/"); } catch (error) {
       const { scope, resource, code }: AccessDeniedError = error as AccessDeniedError;
       const never: "ERR_ACCESS_DENIED" = code;
       console.log(scope, resource, never);
     }`,
  );
  assert.equal(said, "");
});

test("what is no scope, or no reference, does not compile", (context) => {
  const wrong = [
    'process.permission.drop("fs.reed");',
    'process.permission.drop("fs.read", 7);',
    'process.policy.check("file");',
    "process.policy = process.policy;",
  ];
  const said = compile(context, wrong.join("\n"));
  for (const line of wrong.keys()) assert.ok(said.includes(`program.ts(${line + 1},`), said);
});

test("the types know every scope, and no other but the names that stand for several", () => {
  const text = readFileSync(join(root, "packages/cli/types/process.d.ts"), "utf8");
  const union = /type PermissionScope =([^;]+);/.exec(text)?.[1] ?? "";
  const names = [...union.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  const others = ["fs", "fs.in", "fs.out", "net", "child"];
  assert.deepEqual(new Set(names), new Set([...allScopes(), ...others]));
});
