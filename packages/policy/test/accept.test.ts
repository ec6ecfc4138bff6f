// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  mergePolicies,
  parseGrantFlags,
  parsePolicyFile,
  type Policy,
  policyFromPlain,
  policyToPlain,
  printPolicy,
  restrictPolicy,
  unknownFlag,
} from "../src/index.ts";

const at = { file: "cordon.json", directory: "/app" };
const ofFile = (text: string): Policy => mergePolicies(parsePolicyFile(text, at));
const ofFlags = (...flags: string[]): Policy => mergePolicies(parseGrantFlags(flags, at).document);

test("less is accepted by name, in a file and on the command line, and nothing without", () => {
  assert.deepEqual(ofFlags().accept, []);
  assert.deepEqual(ofFlags("--accept=limits,clock").accept, ["clock", "limits"]);
  assert.deepEqual(ofFile('{"accept": ["clock"]}').accept, ["clock"]);
});

test("it is no limit: who writes it as one is told how it is written", () => {
  assert.throws(() => ofFile('{"limits": {"watch": true}}'), {
    code: "ERR_POLICY_INVALID",
    message: /\/limits\/watch: Unknown key\. .*"accept": \["limits"\]/,
  });
  assert.match(unknownFlag("--limit-watch").message, /--limit-watch.*--accept=limits/);
});

test("a name that is none is an error that names the place and the names", () => {
  assert.throws(() => ofFile('{"accept": ["clocks"]}'), { message: /\/accept\/0.*clock, limits/s });
  assert.throws(() => ofFile('{"accept": "clock"}'), { message: /\/accept.*a list of/s });
  assert.throws(() => ofFile('{"accept": [true]}'), { message: /\/accept\/0/ });
  assert.throws(() => ofFlags("--accept=everything"), { message: /--accept.*clock, limits/s });
  assert.throws(() => ofFlags("--accept"), { message: /Expected a value/ });
});

test("a tenant accepts no less than its host does", () => {
  const [both, clock, none] = [ofFlags("--accept=clock,limits"), ofFlags("--accept=clock"), ofFlags()];
  assert.deepEqual(restrictPolicy(both, clock).accept, ["clock"]);
  assert.deepEqual(restrictPolicy(clock, both).accept, ["clock"]);
  assert.deepEqual(restrictPolicy(none, both).accept, []);
});

test("what is accepted survives being printed and handed on", () => {
  for (const policy of [
    ofFlags("--accept=clock"),
    ofFlags("--accept=clock,limits"),
    ofFlags("--accept=limits"),
  ]) {
    assert.deepEqual(ofFile(printPolicy(policy)).accept, policy.accept);
    assert.deepEqual(policyFromPlain(policyToPlain(policy)).accept, policy.accept);
  }
});
