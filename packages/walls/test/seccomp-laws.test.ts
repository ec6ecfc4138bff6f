// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeAction, sameAction } from "../src/seccomp/action.ts";
import { JUMP, MAX_INSTRUCTIONS, RETURN } from "../src/seccomp/bpf.ts";
import { compileSeccomp, encodeProgram, interpret } from "../src/seccomp/index.ts";
import { countSteps } from "../src/seccomp/interpret.ts";
import { syscallTables } from "../src/seccomp/numbers/index.ts";
import { rulesByNumber, unknownCall } from "../src/seccomp/rules/index.ts";
import { evaluate, type Rule } from "../src/seccomp/rules/rule.ts";
import { allOptions } from "./seccomp-options.ts";

const cells = allOptions.map((options) => ({
  options,
  rules: rulesByNumber(options),
  program: compileSeccomp(options),
}));
const word = fc.bigInt({ min: 0n, max: 0xffffffffffffffffn });

/** Values that a rule compares with, alone, among other bits, and with something in the half that it may not see. */
function valuesNear(rule: Rule): fc.Arbitrary<bigint> {
  const known = rule.clauses
    .flatMap(({ conditions }) => conditions)
    .flatMap(({ values, mask }) => [...values, mask, ...values.map((value) => value | mask)]);
  if (known.length === 0) return word;
  const exact = fc.constantFrom(...known);
  return fc.oneof(
    exact,
    word,
    fc.tuple(exact, fc.nat({ max: 63 })).map(([value, bit]) => value ^ (1n << BigInt(bit))),
    fc
      .tuple(exact, fc.nat({ max: 0xffffffff }))
      .map(([value, high]) => (BigInt(high) << 32n) | (value & 0xffffffffn)),
  );
}

test("the compiled program agrees with the rules on every number, whatever the arguments", () => {
  const anyCell = fc.constantFrom(...cells);
  const anyNumber = fc.oneof(fc.nat({ max: 600 }), fc.nat({ max: 0xffffffff }));
  const anyCall = fc.tuple(anyCell, anyNumber).chain(([cell, nr]) => {
    const rule = cell.rules.get(nr) ?? unknownCall;
    return fc.record({
      cell: fc.constant(cell),
      rule: fc.constant(rule),
      nr: fc.constant(nr),
      args: fc.array(valuesNear(rule), { minLength: 6, maxLength: 6 }),
    });
  });
  fc.assert(
    fc.property(anyCall, ({ cell, rule, nr, args }) => {
      const action = interpret(cell.program, { arch: cell.options.arch, nr, args });
      assert.deepEqual(action, evaluate(rule, args));
    }),
    { numRuns: 20_000 },
  );
});

test("the compiled program agrees with the rules on each number in turn", () => {
  for (const { options, rules, program } of cells) {
    for (let nr = 0; nr < 1024; nr++) {
      const rule = rules.get(nr) ?? unknownCall;
      const samples = fc.sample(fc.array(valuesNear(rule), { minLength: 6, maxLength: 6 }), {
        numRuns: rule.clauses.length === 0 ? 1 : 20,
        seed: nr,
      });
      for (const args of samples) {
        const action = interpret(program, { arch: options.arch, nr, args });
        assert.ok(sameAction(action, evaluate(rule, args)), `${options.arch} ${nr} ${args.join(" ")}`);
      }
    }
  }
});

test("calls of any other architecture are answered with ENOSYS, whatever their number", () => {
  const audits = Object.values(syscallTables).map(({ audit }) => audit);
  const i386 = 0x40000003;
  const anyOther = fc.oneof(fc.constant(i386), fc.constantFrom(...audits), fc.nat({ max: 0xffffffff }));
  fc.assert(
    fc.property(fc.constantFrom(...cells), anyOther, fc.nat({ max: 600 }), (cell, arch, nr) => {
      fc.pre(arch !== syscallTables[cell.options.arch].audit);
      assert.deepEqual(interpret(cell.program, { arch, nr }), { kind: "errno", errno: "ENOSYS" });
    }),
  );
});

test("x32 numbers and all numbers past the table are answered with ENOSYS", () => {
  for (const { options, program } of cells) {
    const { byNumber } = syscallTables[options.arch];
    const last = Math.max(...byNumber.keys());
    const numbers = [
      ...Array.from(byNumber.keys(), (nr) => 0x40000000 + nr),
      last + 1,
      512,
      547,
      0x80000000,
      0xffffffff,
    ];
    for (const nr of numbers) {
      assert.deepEqual(interpret(program, { arch: options.arch, nr }), { kind: "errno", errno: "ENOSYS" });
    }
  }
});

test("the kernel's checker would take every program", () => {
  for (const { program } of cells) {
    assert.ok(program.length <= MAX_INSTRUCTIONS);
    assert.equal(program.at(-1)?.code, RETURN);
    for (const [index, { code, jt, jf, k }] of program.entries()) {
      const reach = code === JUMP ? k : Math.max(jt, jf);
      const next = code === RETURN ? index : index + 1 + reach;
      assert.ok(next < program.length, `instruction ${index} goes past the end`);
      assert.ok(jt <= 255 && jf <= 255 && k >= 0 && k <= 0xffffffff && Number.isInteger(k));
    }
  }
});

test("a number whose calls are all allowed is decided in 16 instructions at most", () => {
  for (const { options, rules, program } of cells) {
    for (const [nr, { clauses }] of rules) {
      if (clauses.length > 0) continue;
      const steps = countSteps(program, { arch: options.arch, nr });
      assert.ok(steps <= 16, `${syscallTables[options.arch].byNumber.get(nr)} takes ${steps}`);
    }
  }
});

test("a program's bytes are the kernel's struct sock_filter, little-endian", () => {
  const bytes = encodeProgram([{ code: 0x15, jt: 1, jf: 2, k: 0xc000003e }]);
  assert.deepEqual([...bytes], [0x15, 0, 1, 2, 0x3e, 0, 0, 0xc0]);
});

test("actions have the kernel's values", () => {
  assert.equal(encodeAction({ kind: "allow" }), 0x7fff0000);
  assert.equal(encodeAction({ kind: "notify" }), 0x7fc00000);
  assert.equal(encodeAction({ kind: "errno", errno: "EPERM" }), 0x00050001);
  assert.equal(encodeAction({ kind: "errno", errno: "ENOSYS" }), 0x00050026);
});
