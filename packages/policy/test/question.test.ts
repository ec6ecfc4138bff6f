// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isCordonError } from "../src/errors.ts";
import { readQuestion, type PathKind, type Surroundings } from "../src/question.ts";
import { allScopes } from "../src/scopes.ts";

const files: ReadonlyMap<string, PathKind> = new Map([
  ["/app/.env", "file"],
  ["/app/git", "program"],
  ["/app/README", "file"],
  ["/app/package.json", "file"],
  ["/app/src", "directory"],
  ["/app/db.sock", "socket"],
  ["/app/build/x.node", "file"],
]);
const around: Surroundings = {
  directory: "/app",
  kindOf: (path) => files.get(path),
  findsProgram: (name) => ["git", "sh", "hostname"].includes(name),
  hasVariable: (name) => ["HOME", "hostname"].includes(name),
};
const ask = (text: string) => readQuestion(text, around);
const scopes = (text: string): string =>
  ask(text)
    .map(({ scope }) => scope)
    .join(" ");

test("a scope in front of a colon, or what its flag is called, says what is asked about", () => {
  assert.deepEqual(ask("fs.read:./.env"), [{ scope: "fs.read", path: "/app/.env" }]);
  assert.deepEqual(ask("read:../b"), [{ scope: "fs.read", path: "/b" }]);
  assert.deepEqual(ask("run:git"), [{ scope: "run", program: "git" }]);
  assert.deepEqual(ask("run:./git"), [{ scope: "run", program: "/app/git" }]);
  assert.deepEqual(ask("env:HOME"), [{ scope: "env", name: "HOME" }]);
  assert.deepEqual(ask("sys:osRelease"), [{ scope: "sys", name: "release" }]);
  assert.deepEqual(ask("listen:8080"), [
    { scope: "net.listen", protocol: "tcp", address: "0.0.0.0", port: 8080 },
  ]);
  assert.deepEqual(ask("net:worker:80"), [
    { scope: "net.connect", protocol: "tcp", address: "worker", port: 80 },
  ]);
  assert.deepEqual(ask("worker"), [{ scope: "worker" }]);
});

test("hosts are told by their ports, addresses and URLs", () => {
  const connect = { scope: "net.connect", protocol: "tcp" } as const;
  assert.deepEqual(ask("api.example.com:443"), [{ ...connect, address: "api.example.com", port: 443 }]);
  assert.deepEqual(ask("https://api.example.com/v1?x"), [
    { ...connect, address: "api.example.com", port: 443 },
  ]);
  assert.deepEqual(ask("api.example.com"), [{ ...connect, address: "api.example.com" }]);
  assert.deepEqual(ask("udp://[2001:db8::1]:53"), [
    { scope: "net.connect", protocol: "udp", address: "2001:db8::1", port: 53 },
  ]);
  assert.deepEqual(ask("2001:db8::1"), [{ ...connect, address: "2001:db8::1" }]);
  assert.equal(scopes("127.0.0.1:8080"), "net.connect net.listen");
  assert.equal(scopes("8080"), "net.listen");
});

test("a word that fits several scopes is answered for each", () => {
  assert.equal(scopes("./.env"), "fs.read fs.write");
  assert.equal(scopes(".env"), "fs.read fs.write");
  assert.equal(scopes("package.json"), "fs.read fs.write");
  assert.equal(scopes("src"), "fs.read fs.write");
  assert.equal(scopes("git"), "fs.read fs.write run run");
  assert.equal(scopes("sh"), "run");
  assert.equal(scopes("hostname"), "run sys env");
  assert.equal(scopes("HOME"), "env");
  assert.equal(scopes("NOT_SET"), "env");
  assert.equal(scopes("README"), "fs.read fs.write");
  assert.equal(scopes("./db.sock"), "net.unix");
  assert.equal(scopes("build/x.node"), "fs.read fs.write addon");
});

test("what is no question says what to ask instead", () => {
  const remedies: readonly (readonly [string, RegExp])[] = [
    ["10.0.0.0/8:443", /one of its addresses/],
    ["10.0.0.0/8", /one of its addresses/],
    ["~/.ssh", /Write the home directory out/],
    ["worker:2", /Expected nothing after worker/],
    ["sys:hostnam", /Did you mean hostname/],
    ["net:example.com:99999", /port from 0 to 65535/],
    ["env:AWS_*", /one variable/],
    ["ftp://example.com", /`tcp:\/\/`/],
    ["fs.read:", /a value after fs\.read:/],
  ];
  for (const [text, remedy] of remedies) {
    assert.throws(
      () => ask(text),
      (error) => isCordonError(error, "ERR_QUESTION_INVALID") && remedy.test(error.message),
      text,
    );
  }
});

test("any text is a question with an answer, or an error that is ours", () => {
  const word = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.constantFrom(...allScopes(), "read", "net"), fc.string())
      .map(([scope, value]) => `${scope}:${value}`),
    fc.webUrl(),
    fc.domain(),
    fc.ipV6(),
  );
  fc.assert(
    fc.property(word, (text) => {
      try {
        return ask(text).length > 0;
      } catch (error) {
        return isCordonError(error, "ERR_QUESTION_INVALID");
      }
    }),
  );
});
