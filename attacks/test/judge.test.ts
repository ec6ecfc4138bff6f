// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attack } from "../harness/attack.ts";
import { judgeCell, judgeControl, type Traces } from "../harness/judge.ts";

const attack: Attack = { claim: "", proof: "secret", program: () => "" };
const begun = '{"begun":true}\n';
const quiet: Traces = {
  stdout: `${begun}{"succeeded":false,"code":"EACCES"}\n`,
  stderr: "",
  end: "exit 1",
  killed: false,
  survived: false,
  secretOut: false,
  outsideChanged: false,
  harm: undefined,
};

const verdict = (traces: Partial<Traces>, more: Partial<Attack> = {}): string =>
  judgeCell({ ...attack, ...more }, "all", { ...quiet, ...traces }).result;

test("a refusal that a wall gives is contained, and says by what", () => {
  assert.deepEqual(judgeCell(attack, "all", quiet), { result: "contained", by: "EACCES" });
});

test("a secret that came out is an escape, whatever the program says", () => {
  assert.equal(verdict({ secretOut: true }), "escaped");
});

test("a change outside and harm on the host are escapes, whatever the program says", () => {
  assert.equal(verdict({ outsideChanged: true }), "escaped");
  assert.equal(verdict({ harm: "the canary died" }), "escaped");
});

test("the program's word that it succeeded is an escape", () => {
  assert.equal(verdict({ stdout: `${begun}{"succeeded":true}\n` }), "escaped");
});

test("a program that never began has not been contained", () => {
  assert.equal(verdict({ stdout: "", end: "exit 125" }), "not run");
});

test("a program that is broken has not been contained", () => {
  assert.equal(
    verdict({ stdout: `${begun}{"succeeded":false,"code":"","detail":"x is not a function"}` }),
    "not run",
  );
  assert.equal(verdict({ stdout: `${begun}{"succeeded":false,"code":"ERR_INVALID_ARG_TYPE"}` }), "not run");
  assert.equal(verdict({ stdout: `${begun}{"notRun":"set-up: EACCES"}` }), "not run");
});

test("an end without a word is contained only where the attack expects it", () => {
  assert.equal(verdict({ stdout: begun, end: "memory" }), "not run");
  assert.equal(verdict({ stdout: begun, end: "memory" }, { endsSilently: true }), "contained");
});

test("what still runs after its time has escaped its limit", () => {
  assert.equal(
    verdict({ stdout: begun, survived: true }, { endsSilently: true, survivesFor: 10 }),
    "escaped",
  );
});

test("a program that must not start has escaped as soon as it begins, and must be told why it may not", () => {
  const more = { mustNotStart: /max_user_namespaces/ };
  assert.equal(verdict({ stdout: begun }, more), "escaped");
  assert.equal(
    verdict({ stdout: "", end: "exit 125", stderr: "user.max_user_namespaces is 0" }, more),
    "contained",
  );
  assert.equal(verdict({ stdout: "", end: "exit 125", stderr: "it failed" }, more), "not run");
  assert.equal(verdict({ stdout: "", end: "exit 1", stderr: "user.max_user_namespaces" }, more), "not run");
});

test("a control must show the proof that the attack declares, not another", () => {
  const said = `${begun}{"succeeded":true}\n`;
  assert.equal(judgeControl(attack, { ...quiet, stdout: said }).ok, false);
  assert.equal(judgeControl(attack, { ...quiet, secretOut: true }).ok, true);
  assert.equal(judgeControl({ ...attack, proof: "word" }, { ...quiet, stdout: said }).ok, true);
});
