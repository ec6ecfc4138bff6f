// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { parseAppName, parseTenantName } from "../src/names.ts";
import { parseDigest } from "../src/store/directory/digest.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import { openState } from "../src/store/state.ts";
import { openAdminToken } from "../src/store/token.ts";
import { temporaryDirectory } from "./support/host.ts";

const alice = parseTenantName("alice");
const app = parseAppName("app");
const upload = {
  tenant: alice,
  name: app,
  digest: parseDigest("a".repeat(64)),
  entry: "index.js",
  files: 1,
  bytes: 2,
};

test("tenants and apps are kept across a restart", async (t) => {
  const file = join(await temporaryDirectory(t), "db.sqlite");
  {
    await using store = openSqliteStore(file);
    assert.equal((await store.putTenant(alice, '{"allow":{}}')).created, true);
    assert.equal((await store.putApp(upload)).replaced, undefined);
    const again = await store.putApp({ ...upload, digest: parseDigest("b".repeat(64)) });
    assert.equal(again.replaced?.digest, "a".repeat(64));
    assert.equal(again.app.version, 2);
  }
  await using store = openSqliteStore(file);
  assert.equal((await store.getTenant(alice))?.policy, '{"allow":{}}');
  const kept = await store.getApp(alice, app);
  assert.deepEqual([kept?.version, kept?.digest, kept?.entry], [2, "b".repeat(64), "index.js"]);
  assert.deepEqual(await store.bundlesInUse(), new Set(["b".repeat(64)]));
});

test("a tenant goes with its apps, and an app needs its tenant", async (t) => {
  await using store = openSqliteStore(join(await temporaryDirectory(t), "db.sqlite"));
  await assert.rejects(store.putApp(upload), { code: "ERR_TENANT_NOT_FOUND" });
  await store.putTenant(alice, null);
  assert.equal((await store.putTenant(alice, null)).created, false);
  await store.putApp(upload);
  assert.equal((await store.deleteTenant(alice))?.length, 1);
  assert.equal(await store.deleteTenant(alice), undefined);
  assert.equal(await store.getApp(alice, app), undefined);
  assert.deepEqual(await store.allApps(), []);
});

test("lists come in pages, in the order of names", async (t) => {
  await using store = openSqliteStore(join(await temporaryDirectory(t), "db.sqlite"));
  for (const name of ["c", "a", "b"]) await store.putTenant(parseTenantName(name), null);
  const names = async (after: string, limit: number): Promise<string[]> =>
    (await store.listTenants({ after, limit })).map((tenant) => tenant.name);
  assert.deepEqual(await names("", 2), ["a", "b"]);
  assert.deepEqual(await names("b", 2), ["c"]);
});

test("a second host over the same data is refused; once the first has gone, it is not", async (t) => {
  const data = join(await temporaryDirectory(t), "data");
  const state = await openState(data);
  const other = `import { openState } from ${JSON.stringify(new URL("../src/store/state.ts", import.meta.url).href)};
    await openState(${JSON.stringify(data)}).catch((error) => { console.log(error.code); process.exit(3); });`;
  const run = (): string =>
    spawnSync(process.execPath, ["--input-type=module", "-e", other], { encoding: "utf8" }).stdout;
  assert.equal(run().trim(), "ERR_STORE_IN_USE");
  await assert.rejects(openState(data), { code: "ERR_STORE_IN_USE" });
  await state[Symbol.asyncDispose]();
  assert.equal(run().trim(), "");
});

test("a data directory that cannot be one is named", async (t) => {
  const file = join(await temporaryDirectory(t), "file");
  await writeFile(file, "");
  for (const data of [file, join(file, "below")]) {
    await assert.rejects(openState(data), { code: "ERR_DATA_DIRECTORY" });
  }
});

test("a database of a newer Cordon is left alone", async (t) => {
  const file = join(await temporaryDirectory(t), "db.sqlite");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 99");
  database.close();
  assert.throws(() => openSqliteStore(file), { code: "ERR_STORE_NEWER" });
});

test("bundles that no app needs are cleared away at start", async (t) => {
  const data = join(await temporaryDirectory(t), "data");
  await mkdir(join(data, "bundles", "c".repeat(64)), { recursive: true });
  await using state = await openState(data);
  assert.deepEqual(await state.bundles.list(), []);
});

test("the admin token is made once, for its owner's eyes alone", async (t) => {
  const file = join(await temporaryDirectory(t), "token");
  const first = await openAdminToken(file);
  assert.match(first.made ?? "", /^[A-Za-z0-9_-]{43}$/);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await readFile(file, "utf8")).trim(), first.made);
  const second = await openAdminToken(file);
  assert.equal(second.made, undefined);
  assert.ok(second.matches(first.made ?? ""));
  for (const wrong of ["", "x", `${first.made}x`, "x".repeat(1_000_000)]) assert.ok(!second.matches(wrong));
  await chmod(file, 0o644);
  await assert.rejects(openAdminToken(file), { code: "ERR_TOKEN_FILE" });
  await chmod(file, 0o600);
  await writeFile(file, "short\n");
  await assert.rejects(openAdminToken(file), { code: "ERR_TOKEN_FILE" });
});
