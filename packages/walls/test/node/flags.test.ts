// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { mergePolicies, type Policy, parseGrantFlags } from "@cordon/policy";
import { permissionFlags } from "../../src/node/index.ts";

const NOTHING = { read: [], write: [] };

function policyOf(...flags: string[]): Policy {
  return mergePolicies(parseGrantFlags(flags, { directory: "/" }).document);
}

test("no version is given a flag that it does not know", () => {
  const all = policyOf(
    "--allow-worker",
    "--allow-wasi",
    "--allow-inspector",
    "--allow-ffi",
    "--allow-addons=/a",
    "--allow-net=10.0.0.1:80",
  );
  const known: Record<string, string[]> = {
    "20.0.0": ["--experimental-permission", "--allow-worker"],
    "20.12.0": ["--experimental-permission", "--allow-worker", "--allow-addons"],
    "20.20.2": ["--experimental-permission", "--allow-worker", "--allow-addons", "--allow-wasi"],
    "22.12.0": ["--experimental-permission", "--allow-worker", "--allow-addons", "--allow-wasi"],
    "22.13.0": ["--permission", "--allow-worker", "--allow-addons", "--allow-wasi"],
    "24.11.0": ["--permission", "--allow-worker", "--allow-addons", "--allow-wasi"],
    "24.12.0": ["--permission", "--allow-worker", "--allow-addons", "--allow-wasi", "--allow-inspector"],
    "25.0.0": [
      "--permission",
      "--allow-worker",
      "--allow-addons",
      "--allow-wasi",
      "--allow-inspector",
      "--allow-net",
    ],
    "26.1.0": [
      "--permission",
      "--allow-worker",
      "--allow-addons",
      "--allow-wasi",
      "--allow-inspector",
      "--allow-net",
      "--allow-ffi",
    ],
  };
  for (const [version, flags] of Object.entries(known)) {
    // What Node says of those flags is kept from each worker too, since it can be.
    const given = permissionFlags(all, { version }, NOTHING);
    assert.deepEqual(
      given.filter((flag) => !flag.startsWith("--disable-warning=")),
      flags,
      version,
    );
    assert.equal(given.includes("--disable-warning=PERM0006"), version !== "20.0.0", version);
  }
});

test("the Node that runs this knows every flag that it would be given", () => {
  const policy = policyOf(
    "--allow-worker",
    "--allow-wasi",
    "--allow-inspector",
    "--allow-ffi",
    "--allow-run=*",
    "--allow-addons=/a",
  );
  const flags = permissionFlags(
    policy,
    { version: process.versions.node },
    { read: ["/a"], write: ["/b"], listen: true },
  );
  for (const flag of flags) {
    const name = flag.replace(/=.*/, "");
    assert.ok(process.allowedNodeEnvironmentFlags.has(name), name);
  }
});

test("nothing is granted to a program without grants, and add-ons are switched off", () => {
  assert.deepEqual(
    permissionFlags(policyOf(), { version: "24.21.0" }, { read: ["/app/main.js"], write: [] }),
    ["--permission", "--allow-fs-read=/app/main.js", "--no-addons"],
  );
});

test("a path below a granted one is left out, for the sake of Node's prefix tree", () => {
  const policy = policyOf("--allow-fs-read=/a/b/c,/a/b,/a/bc,/a/d*,/a/d", "--allow-fs-write=/,/a");
  const flags = permissionFlags(policy, { version: "24.21.0" }, { read: ["/a/b/main.js"], write: [] });
  assert.deepEqual(
    flags.filter((flag) => flag.startsWith("--allow-fs")),
    ["--allow-fs-read=/a/b", "--allow-fs-read=/a/bc", "--allow-fs-read=/a/d*", "--allow-fs-write=*"],
  );
});

test("before 20.7 all paths are one flag, since the last flag alone counts", () => {
  const policy = policyOf("--allow-fs-write=/a,/b");
  const flags = permissionFlags(policy, { version: "20.6.1" }, NOTHING);
  assert.ok(flags.includes("--allow-fs-write=/a,/b"));
});

test("where look-ups for package.json do not stop at the wall, they are let through", () => {
  const extra = { read: ["/srv/app/main.mjs"], write: [] };
  const flags = permissionFlags(policyOf(), { version: "20.19.0" }, extra);
  assert.deepEqual(
    flags.filter((flag) => flag.endsWith("package.json")),
    [
      "--allow-fs-read=/package.json",
      "--allow-fs-read=/srv/app/package.json",
      "--allow-fs-read=/srv/package.json",
    ],
  );
  assert.ok(!permissionFlags(policyOf(), { version: "22.13.0" }, extra).join().includes("package.json"));
});

test("an app that listens in its own network gets Node's network flag without a grant", () => {
  const flags = permissionFlags(policyOf(), { version: "26.0.0" }, { ...NOTHING, listen: true });
  assert.ok(flags.includes("--allow-net"));
  assert.ok(!permissionFlags(policyOf(), { version: "26.0.0" }, NOTHING).includes("--allow-net"));
});
