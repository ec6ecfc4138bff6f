// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { decide, isCordonError, mergePolicies, parsePolicyFile, type Policy } from "@cordon/policy";
import { appPolicy, boundHost, defaultHostPolicy, tenantPolicy } from "../src/policy/app.ts";
import { temporaryDirectory } from "./support/host.ts";

const host = boundHost(
  policy({
    allow: {
      "fs.read": ["/srv"],
      "fs.write": ["/srv"],
      "net.connect": ["public", "10.0.0.0/8:443"],
      env: ["A*"],
    },
    limits: { memory: "512MB" },
  }),
  ["/srv/cordon"],
);

function policy(content: object): Policy {
  return mergePolicies(parsePolicyFile(JSON.stringify(content), { file: "test", directory: "/" }));
}

async function bundle(t: TestContext, files: Readonly<Record<string, unknown>>): Promise<string> {
  const directory = await temporaryDirectory(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(directory, name, ".."), { recursive: true });
    await writeFile(join(directory, name), JSON.stringify(content));
  }
  return directory;
}

function canRead(at: Policy, path: string): boolean {
  return decide(at, { scope: "fs.read", path }).granted;
}

function canWrite(at: Policy, path: string): boolean {
  return decide(at, { scope: "fs.write", path }).granted;
}

test("an app may read its own files, write none of them, and has the usual limits", async (t) => {
  const directory = await bundle(t, {});
  const at = await appPolicy(tenantPolicy(boundHost(defaultHostPolicy(), []), null), directory);
  assert.ok(canRead(at, join(directory, "a/b.js")));
  assert.ok(!canRead(at, "/etc/passwd"));
  assert.ok(!canWrite(at, join(directory, "a")));
  assert.deepEqual([at.limits.memory, at.limits.processes, at.limits.cpuWeight], [256 * 1024 ** 2, 64, 10]);
});

test("a tenant without a policy grants its apps nothing, whatever the host would", async (t) => {
  const tenant = tenantPolicy(host, null);
  const asking = await bundle(t, { "cordon.json": { allow: { "fs.read": ["/srv/a"] } } });
  await assert.rejects(appPolicy(tenant, asking), { code: "ERR_POLICY_EXCEEDS" });
  const at = await appPolicy(tenant, await bundle(t, {}));
  assert.equal(at.limits.memory, 512 * 1024 ** 2);
  assert.ok(!canRead(at, "/srv/a"));
});

test("every kind of grant can be handed down from the host to an app", async (t) => {
  const allow = {
    "fs.read": ["/srv/*"],
    "net.connect": ["*.example.com:443", "udp://1.1.1.1:53", "[2001:db8::/32]:1-1023", "public"],
    "net.listen": ["8080"],
    "net.unix": ["/run/x.sock"],
    env: ["A_*"],
    run: ["git", "/usr/bin/env"],
    sys: ["hostname"],
    worker: true,
  };
  const outer = boundHost(policy({ allow }), ["/srv/cordon"]);
  const tenant = tenantPolicy(outer, JSON.stringify({ allow }));
  const at = await appPolicy(tenant, await bundle(t, { "cordon.json": { allow } }));
  assert.ok(decide(at, { scope: "net.connect", protocol: "udp", address: "1.1.1.1", port: 53 }).granted);
  assert.ok(decide(at, { scope: "run", program: "git" }).granted);
  assert.ok(decide(at, { scope: "worker" }).granted);
});

test("an app gets what it asks for within its tenant's, and no more than it asks for", async (t) => {
  const tenant = tenantPolicy(
    host,
    JSON.stringify({ allow: { "fs.read": ["/srv/a"], env: ["A*"] }, limits: { memory: "1GB" } }),
  );
  const directory = await bundle(t, {
    "cordon.json": { allow: { "fs.read": ["/srv/a/x", "./lib"], env: ["AB"] } },
  });
  const at = await appPolicy(tenant, directory);
  assert.ok(canRead(at, "/srv/a/x/y"));
  assert.ok(!canRead(at, "/srv/a/z"));
  assert.ok(decide(at, { scope: "env", name: "AB" }).granted);
  assert.ok(!decide(at, { scope: "env", name: "AC" }).granted);
  assert.equal(at.limits.memory, 512 * 1024 ** 2);
});

test("whatever is granted around it, the host's own state stays out of reach", async (t) => {
  const all = boundHost(policy({ allow: { "fs.read": ["/"], "fs.write": ["/"] } }), ["/srv/cordon"]);
  const directory = await bundle(t, { "cordon.json": { allow: { "fs.read": ["/"], "fs.write": ["/"] } } });
  const at = await appPolicy(all, directory);
  assert.ok(canWrite(at, "/srv/other"));
  assert.ok(!canRead(at, "/srv/cordon/admin-token"));
  assert.ok(!canWrite(at, "/srv/cordon/bundles/x"));
  assert.ok(!canWrite(at, join(directory, "index.js")));
  assert.ok(canRead(at, join(directory, "index.js")));
});

test("asking for more than the tenant has is refused, with the grant's name", async (t) => {
  const tenant = tenantPolicy(host, JSON.stringify({ allow: { "net.connect": ["10.1.0.0/16:443"] } }));
  for (const [asked, grant] of [
    [{ "fs.read": ["/srv"] }, "--allow-fs-read=/srv"],
    [{ "net.connect": ["10.1.0.0/16:443", "10.1.0.0/16:80"] }, "--allow-net=10.1.0.0/16:80"],
    [{ "net.connect": ["10.0.0.0/8:443"] }, "--allow-net=10.0.0.0/8:443"],
    [{ "net.connect": ["10.1.0.0/16"] }, "--allow-net=10.1.0.0/16"],
    [{ worker: true }, "--allow-worker"],
    [{ run: ["sh"] }, "--allow-run=sh"],
    [{ env: ["AB"] }, "--allow-env=AB"],
  ] as const) {
    const directory = await bundle(t, { "cordon.json": { allow: asked } });
    await assert.rejects(appPolicy(tenant, directory), (error) => {
      assert.ok(isCordonError(error, "ERR_POLICY_EXCEEDS"), String(error));
      assert.equal(error.details.grant, grant);
      return true;
    });
  }
  const within = await bundle(t, { "cordon.json": { allow: { "net.connect": ["10.1.2.0/24:443"] } } });
  await appPolicy(tenant, within);
});

test("a tenant cannot have more than the host", () => {
  const asks =
    (content: object): (() => Policy) =>
    () =>
      tenantPolicy(host, JSON.stringify(content));
  assert.throws(asks({ allow: { "fs.read": ["/etc"] } }), { code: "ERR_POLICY_EXCEEDS" });
  assert.throws(asks({ extends: "/etc/x.json" }), { code: "ERR_POLICY_INVALID" });
  assert.throws(asks({ alow: {} }), { code: "ERR_POLICY_INVALID" });
});

test("what a host holds only in part is the operator's to accept, for all tenants and apps and by none of them", async (t) => {
  const asking = { "cordon.json": { accept: ["clock", "limits"] } };
  const acceptedUnder = async (
    outer: Policy,
    tenant: string | null,
    app: object,
  ): Promise<Policy["accept"]> =>
    (await appPolicy(tenantPolicy(outer, tenant), await bundle(t, { ...app }))).accept;
  assert.deepEqual(await acceptedUnder(host, JSON.stringify(asking["cordon.json"]), asking), []);
  for (const accept of [["clock"], ["limits"], ["clock", "limits"]]) {
    const outer = boundHost(policy({ accept }), []);
    assert.deepEqual(await acceptedUnder(outer, null, {}), accept);
    assert.deepEqual(await acceptedUnder(outer, "{}", asking), accept);
  }
  assert.deepEqual(boundHost(defaultHostPolicy(), []).accept, ["limits"]);
});

test("a policy may extend another of its bundle, and nothing outside of it", async (t) => {
  const directory = await bundle(t, {
    "cordon.json": { extends: "./base/cordon.json", allow: { env: ["AB"] } },
    "base/cordon.json": { allow: { "fs.read": ["/srv/x"] } },
  });
  assert.ok(canRead(await appPolicy(host, directory), "/srv/x"));
  for (const files of [
    { "cordon.json": { extends: "../../etc/passwd" } },
    { "cordon.json": { extends: "/etc/passwd" } },
    { "cordon.json": { extends: "./none.json" } },
    { "cordon.json": { extends: "./cordon.json" } },
  ]) {
    await assert.rejects(appPolicy(host, await bundle(t, files)), { code: "ERR_POLICY_INVALID" });
  }
});
