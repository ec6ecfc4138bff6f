// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allowedCubes, cubeHolds } from "../../src/oci/cubes.ts";
import { profileRules, seccompProfile } from "../../src/oci/profile.ts";
import { compileUnsupervised, unsupervisedRules } from "../../src/seccomp/unsupervised.ts";
import { interpret } from "../../src/seccomp/interpret.ts";
import { syscallTables } from "../../src/seccomp/numbers/index.ts";
import { evaluate, type Rule } from "../../src/seccomp/rules/rule.ts";
import type { OciSeccomp } from "../../src/oci/spec.ts";

const everyOptions = (["x64", "arm64"] as const).flatMap((arch) =>
  [false, true].flatMap((children) => [false, true].map((priority) => ({ arch, children, priority }))),
);

/** Values that the conditions of a rule speak of, those beside them, and any. */
function argumentFor(rule: Rule, index: number): fc.Arbitrary<bigint> {
  const told = rule.clauses
    .flatMap(({ conditions }) => conditions)
    .filter(({ argument }) => argument === index)
    .flatMap(({ mask, values }) => [mask, ...values, ...values.map((value) => value ^ 1n)]);
  const any = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  if (told.length === 0) return any;
  const known = fc.constantFrom(...told);
  return fc.oneof(
    any,
    known,
    fc.tuple(known, known).map(([a, b]) => a | b),
    // What a kernel that takes an `int` does not see.
    known.map((value) => value | (1n << 40n)),
  );
}

function argumentsFor(rule: Rule): fc.Arbitrary<readonly bigint[]> {
  return fc.tuple(...[0, 1, 2, 3, 4, 5].map((index) => argumentFor(rule, index)));
}

/** What a runtime makes of a profile: one entry that covers the call allows it. */
function allows(profile: OciSeccomp, name: string, args: readonly bigint[]): boolean {
  return profile.syscalls.some(
    ({ names, action, args: conditions = [] }) =>
      action === "SCMP_ACT_ALLOW" &&
      names.includes(name) &&
      conditions.every(({ index, value, valueTwo }) => ((args[index] ?? 0n) & value) === valueTwo),
  );
}

test("a union of cubes holds for the calls that the rule allows, and for no others", () => {
  for (const options of everyOptions) {
    for (const rule of new Set(unsupervisedRules(options).values())) {
      const cubes = allowedCubes(rule);
      fc.assert(
        fc.property(argumentsFor(rule), (args) => {
          const isAllowed = evaluate(rule, args).kind === "allow";
          assert.equal(
            cubes.some((cube) => cubeHolds(cube, args)),
            isAllowed,
          );
        }),
        { numRuns: 60 },
      );
    }
  }
});

test("the profile allows what its rules allow, by name, and nothing else", () => {
  for (const options of everyOptions) {
    const profile = seccompProfile(options);
    for (const [name, rule] of profileRules(options)) {
      fc.assert(
        fc.property(argumentsFor(rule), (args) => {
          assert.equal(allows(profile, name, args), evaluate(rule, args).kind === "allow", name);
        }),
        { numRuns: 20 },
      );
    }
    assert.equal(allows(profile, "a call of next year", []), false);
    assert.deepEqual(profile.architectures, [
      options.arch === "x64" ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64",
    ]);
  }
});

test("no entry asks more than one thing of an argument, which runc would read as alternatives", () => {
  for (const options of everyOptions) {
    for (const { args = [] } of seccompProfile(options).syscalls) {
      assert.equal(new Set(args.map(({ index }) => index)).size, args.length);
    }
  }
});

test("a value of an entry lies in its mask: libseccomp would never meet another", () => {
  for (const options of everyOptions) {
    for (const { args = [] } of seccompProfile(options).syscalls) {
      for (const { value, valueTwo } of args) assert.equal(valueTwo & ~value, 0n);
    }
  }
});

test("the program's own filter takes away what its first process needs", () => {
  for (const options of everyOptions) {
    const program = compileUnsupervised(options, true);
    const number = (name: string): number => syscallTables[options.arch].byName.get(name) ?? -1;
    const outcome = (name: string, ...args: bigint[]): string =>
      interpret(program, { arch: options.arch, nr: number(name), args }).kind;
    assert.equal(outcome("seccomp", 1n), "errno");
    assert.equal(outcome("clone", 0x1200011n), options.children ? "allow" : "errno");
    assert.equal(outcome("prctl", 4n, 0n), "errno");
    assert.equal(outcome("execve"), "allow");
  }
});

test("nothing is asked of a supervisor that is not there, and where a socket leads is refused", () => {
  for (const options of everyOptions) {
    const program = compileUnsupervised(options, true);
    for (const [number, rule] of unsupervisedRules(options)) {
      fc.assert(
        fc.property(argumentsFor(rule), (args) => {
          assert.notEqual(
            interpret(program, { arch: options.arch, nr: number, args: [...args] }).kind,
            "notify",
          );
        }),
        { numRuns: 5 },
      );
    }
    const { byName } = syscallTables[options.arch];
    for (const name of ["connect", "bind", "listen", "sendmsg", "sendmmsg"]) {
      const action = interpret(program, { arch: options.arch, nr: byName.get(name) ?? -1 });
      assert.deepEqual(action, { kind: "errno", errno: "EACCES" });
    }
  }
});

test("a call of another architecture ends the process, and so does one of x32", () => {
  const killed = /0x80000000/;
  for (const options of everyOptions) {
    const program = compileUnsupervised(options, true);
    const other = options.arch === "x64" ? "arm64" : "x64";
    assert.throws(() => interpret(program, { arch: other, nr: 1 }), killed);
    assert.throws(() => interpret(program, { arch: 0x40000003, nr: 1 }), killed);
    assert.throws(() => interpret(program, { arch: options.arch, nr: 0x40000001 }), killed);
    const alone = compileUnsupervised(options, false);
    assert.deepEqual(interpret(alone, { arch: other, nr: 1 }), { kind: "errno", errno: "ENOSYS" });
  }
});
