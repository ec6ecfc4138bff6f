// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { CordonError } from "@cordon/policy";
import type { AppName, TenantName } from "../../names.ts";
import type { BundleDigest } from "../bundles.ts";
import type { AppRecord, AppUpload, Page, Store, TenantRecord } from "../store.ts";
import { toApp, toTenant } from "./rows.ts";
import { parseDigest } from "../directory/digest.ts";

const statements = {
  getTenant: "SELECT * FROM tenants WHERE name = ?",
  putTenant: `INSERT INTO tenants (name, policy, created, updated) VALUES (:name, :policy, :now, :now)
    ON CONFLICT (name) DO UPDATE SET policy = :policy, updated = :now RETURNING *`,
  listTenants: "SELECT * FROM tenants WHERE name > ? ORDER BY name LIMIT ?",
  deleteTenant: "DELETE FROM tenants WHERE name = ?",
  getApp: "SELECT * FROM apps WHERE tenant = ? AND name = ?",
  putApp: `INSERT INTO apps (tenant, name, version, digest, entry, files, bytes, created, updated)
    VALUES (:tenant, :name, 1, :digest, :entry, :files, :bytes, :now, :now)
    ON CONFLICT (tenant, name) DO UPDATE SET version = version + 1, digest = :digest, entry = :entry,
      files = :files, bytes = :bytes, updated = :now RETURNING *`,
  listApps: "SELECT * FROM apps WHERE tenant = ? AND name > ? ORDER BY name LIMIT ?",
  appsOf: "SELECT * FROM apps WHERE tenant = ? ORDER BY name",
  allApps: "SELECT * FROM apps ORDER BY tenant, name",
  deleteApp: "DELETE FROM apps WHERE tenant = ? AND name = ? RETURNING *",
  bundlesInUse: "SELECT DISTINCT digest FROM apps",
} as const;

type Statements = { readonly [K in keyof typeof statements]: StatementSync };

/** Tenants and apps in SQLite. The database is migrated already, and belongs to this store alone. */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #run: Statements;
  readonly #now: () => Date;

  constructor(database: DatabaseSync, now: () => Date = () => new Date()) {
    this.#database = database;
    this.#now = now;
    const prepared = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)] as const);
    this.#run = Object.fromEntries(prepared) as { [K in keyof typeof statements]: StatementSync };
  }

  async putTenant(
    name: TenantName,
    policy: string | null,
  ): Promise<{ tenant: TenantRecord; created: boolean }> {
    return this.#transaction(() => {
      const created = this.#run.getTenant.get(name) === undefined;
      const row = this.#run.putTenant.get({ name, policy, now: this.#now().getTime() });
      return { tenant: toTenant(returned(row)), created };
    });
  }

  async getTenant(name: TenantName): Promise<TenantRecord | undefined> {
    const row = this.#run.getTenant.get(name);
    return row && toTenant(row);
  }

  async listTenants(page: Page): Promise<readonly TenantRecord[]> {
    return this.#run.listTenants.all(page.after, page.limit).map(toTenant);
  }

  async deleteTenant(name: TenantName): Promise<readonly AppRecord[] | undefined> {
    return this.#transaction(() => {
      const apps = this.#run.appsOf.all(name).map(toApp);
      return this.#run.deleteTenant.run(name).changes === 0 ? undefined : apps;
    });
  }

  async putApp(upload: AppUpload): Promise<{ app: AppRecord; replaced: AppRecord | undefined }> {
    return this.#transaction(() => {
      const { tenant, name, digest, entry, files, bytes } = upload;
      if (this.#run.getTenant.get(tenant) === undefined)
        throw new CordonError("ERR_TENANT_NOT_FOUND", { tenant });
      const before = this.#run.getApp.get(tenant, name);
      const now = this.#now().getTime();
      const row = this.#run.putApp.get({ tenant, name, digest, entry, files, bytes, now });
      return { app: toApp(returned(row)), replaced: before && toApp(before) };
    });
  }

  async getApp(tenant: TenantName, name: AppName): Promise<AppRecord | undefined> {
    const row = this.#run.getApp.get(tenant, name);
    return row && toApp(row);
  }

  async listApps(tenant: TenantName, page: Page): Promise<readonly AppRecord[]> {
    return this.#run.listApps.all(tenant, page.after, page.limit).map(toApp);
  }

  async allApps(): Promise<readonly AppRecord[]> {
    return this.#run.allApps.all().map(toApp);
  }

  async deleteApp(tenant: TenantName, name: AppName): Promise<AppRecord | undefined> {
    const row = this.#run.deleteApp.get(tenant, name);
    return row && toApp(row);
  }

  async bundlesInUse(): Promise<ReadonlySet<BundleDigest>> {
    return new Set(this.#run.bundlesInUse.all().map((row) => parseDigest(String(row["digest"]))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      // A full disk has rolled back already (sqlite.org/lang_transaction.html); to try again would hide why.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

function returned<T>(row: T | undefined): T {
  if (row === undefined)
    throw new TypeError("Expected the statement to return the row that it wrote, got none");
  return row;
}
