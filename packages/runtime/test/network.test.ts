// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { attempts, resultsOf, runProgram, temporaryDirectory } from "./cell.ts";

test("a unix socket needs a grant, however its path is given", async () => {
  await using directory = await temporaryDirectory();
  const source = attempts(
    {
      connect: 'failure(net.connect("/run/x.sock"))',
      options: 'failure(net.connect({ path: "/run/x.sock" }))',
      inherited: 'failure(net.connect(Object.create({ path: "/run/x.sock" })))',
      getter:
        'failure(net.connect({ reads: 0, get path() { return this.reads++ > 0 ? "/run/x.sock" : "/run/x.sock"; } }))',
      normalised: 'failure(new net.Socket().connect(net._normalizeArgs(["/run/x.sock"])))',
      ownList: 'failure(net.connect(Object.assign([], { path: "/run/x.sock" })))',
      proxiedList: 'failure(new net.Socket().connect(new Proxy(net._normalizeArgs(["/run/x.sock"]), {})))',
      listen: 'net.createServer().listen("/tmp/x.sock")',
      listenOptions: 'net.createServer().listen({ path: "/tmp/x.sock", readableAll: true })',
      handle: 'net._createServerHandle("/tmp/x.sock", -1, -1)',
      abstract: 'failure(net.connect("\\0name"))',
      http: 'failure(require("node:http").get({ socketPath: "/run/x.sock" }))',
      stream: "failure(new process.stdout.constructor({}).connect('/run/x.sock'))",
    },
    // As Node's own refusals, they come by the event: a listener is in time for it.
    `const net = require("node:net");
    const failure = (emitter) => new Promise((good, bad) => emitter.on("error", bad).on("connect", good));`,
  );
  const results = resultsOf(await runProgram(directory.path, source));
  assert.equal(Object.keys(results).length, 13);
  for (const [name, result] of Object.entries(results)) {
    assert.equal(result.code, "ERR_ACCESS_DENIED", `${name}: ${JSON.stringify(result)}`);
    assert.equal(result.scope, "net.unix", name);
  }
});

test("a getter that names a path to Node alone names none", async () => {
  await using directory = await temporaryDirectory();
  const source = attempts(
    {
      getter: `new Promise((good, bad) => new net.Socket().connect({
        reads: 0, port: 1, host: "127.0.0.1", get path() { return this.reads++ === 0 ? undefined : "/run/x.sock"; },
      }).on("error", bad).on("connect", good))`,
      element: "tried(Object.defineProperty(net._normalizeArgs([{}]), 0, { get: one }))",
      proxy: `tried(new Proxy(net._normalizeArgs([{}]), { get: (list, key) => (key === "0" ? one() : list[key]) }))`,
    },
    `const net = require("node:net");
    const one = () => (one.reads++ === 0 ? { port: 1, host: "127.0.0.1" } : { path: "/run/x.sock" });
    const tried = (list) => new Promise((good, bad) => {
      one.reads = 0;
      new net.Socket().connect(list).on("error", bad).on("connect", good);
    });`,
  );
  const results = resultsOf(await runProgram(directory.path, source));
  for (const name of ["getter", "element", "proxy"]) assert.equal(results[name]?.code, "ECONNREFUSED", name);
});

test("a broker's refusal becomes an error that names the grant", async () => {
  await using directory = await temporaryDirectory();
  // The kernel's errors as the broker makes them, put where Node would: this test has no jail.
  const source = attempts(
    {
      connect: `new Promise((good, bad) => new net.Socket().on("error", bad).destroy(
        Object.assign(new Error("connect EACCES 10.0.0.1:80"), { code: "EACCES", syscall: "connect", address: "10.0.0.1", port: 80 })))`,
      listen: `new Promise((good, bad) => net.createServer().on("error", bad).emit("error",
        Object.assign(new Error("listen EACCES"), { code: "EACCES", syscall: "listen", address: "127.0.0.1", port: 80 })))`,
      unix: `new Promise((good, bad) => new net.Socket().on("error", bad).destroy(
        Object.assign(new Error("connect EACCES /run/x.sock"), { code: "EACCES", syscall: "connect", address: "/run/x.sock" })))`,
      name: `new Promise((good, bad) => new net.Socket().on("error", bad).destroy(
        Object.assign(new Error("getaddrinfo ENOTFOUND example.org"), { code: "ENOTFOUND", syscall: "getaddrinfo", hostname: "example.org" })))`,
    },
    'const net = require("node:net");',
  );
  const results = resultsOf(await runProgram(directory.path, source));
  for (const name of ["connect", "listen", "unix", "name"])
    assert.equal(results[name]?.code, "ERR_ACCESS_DENIED", name);
  assert.match(results["connect"]?.grant ?? "", /^--allow-net=(tcp:\/\/)?10\.0\.0\.1:80$/);
  assert.match(results["listen"]?.grant ?? "", /^--allow-listen=/);
  assert.equal(results["unix"]?.grant, "--allow-unix=/run/x.sock");
  assert.match(results["name"]?.grant ?? "", /example\.org/);
});
