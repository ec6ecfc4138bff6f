// SPDX-License-Identifier: Apache-2.0
import type { AppName, TenantName } from "../names.ts";
import type { BundleDigest } from "./bundles.ts";

/** A tenant as it is kept. */
export interface TenantRecord {
  name: TenantName;
  /** The policy as it was sent (the text of a cordon.json), or null: none, so nothing is granted. */
  policy: string | null;
  created: Date;
  updated: Date;
}

/** An app and its current version. */
export interface AppRecord {
  tenant: TenantName;
  name: AppName;
  /** 1, 2, 3, …: which upload this is. */
  version: number;
  digest: BundleDigest;
  /** The file that the cell runs, relative to the bundle. */
  entry: string;
  files: number;
  bytes: number;
  created: Date;
  updated: Date;
}

/** What one upload gives to `putApp`. */
export type AppUpload = Pick<AppRecord, "tenant" | "name" | "digest" | "entry" | "files" | "bytes">;

/** One page of a list, in the order of names. */
export interface Page {
  /** Names after this one. */
  after: string;
  limit: number;
}

/**
 * What the host remembers of tenants and apps. Every method is one transaction. Asynchronous although SQLite
 * is not, because a store on other machines will stand behind the same interface.
 */
export interface Store extends AsyncDisposable {
  putTenant(name: TenantName, policy: string | null): Promise<{ tenant: TenantRecord; created: boolean }>;
  getTenant(name: TenantName): Promise<TenantRecord | undefined>;
  listTenants(page: Page): Promise<readonly TenantRecord[]>;
  /** Removes a tenant and its apps; returns the apps, or nothing if there was no such tenant. */
  deleteTenant(name: TenantName): Promise<readonly AppRecord[] | undefined>;
  /** Makes or replaces an app; throws ERR_TENANT_NOT_FOUND if its tenant has gone meanwhile. */
  putApp(upload: AppUpload): Promise<{ app: AppRecord; replaced: AppRecord | undefined }>;
  getApp(tenant: TenantName, name: AppName): Promise<AppRecord | undefined>;
  listApps(tenant: TenantName, page: Page): Promise<readonly AppRecord[]>;
  /** Every app of every tenant. */
  allApps(): Promise<readonly AppRecord[]>;
  deleteApp(tenant: TenantName, name: AppName): Promise<AppRecord | undefined>;
  /** The bundles that some app needs. */
  bundlesInUse(): Promise<ReadonlySet<BundleDigest>>;
}
