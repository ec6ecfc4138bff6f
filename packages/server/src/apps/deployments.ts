// SPDX-License-Identifier: Apache-2.0
import { CordonError, type Policy } from "@cordon/policy";
import type { AppName, TenantName } from "../names.ts";
import { appPolicy, tenantPolicy } from "../policy/app.ts";
import type { BundleDigest, BundleEntry, BundleStore } from "../store/bundles.ts";
import type { AppRecord, Store, TenantRecord } from "../store/store.ts";
import { findEntry } from "./entry.ts";
import type { Registry } from "./registry.ts";

/** What changes to tenants and apps work with. */
export interface DeploymentContext {
  store: Store;
  bundles: BundleStore;
  registry: Registry;
  hostPolicy: Policy;
  /** Whether a new version starts at once, or at its first request. */
  start: "boot" | "demand";
  report: (line: string) => void;
}

/**
 * Changes to tenants and apps. They happen one after the other: a bundle that one upload needs must not be
 * removed because another app that had the same one goes away in that moment.
 */
export class Deployments {
  readonly #context: DeploymentContext;
  readonly #sweeps = new Set<Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: DeploymentContext) {
    this.#context = context;
  }

  /** Makes or changes a tenant. Its apps start anew when its policy changed. */
  async putTenant(
    name: TenantName,
    policy: string | null,
  ): Promise<{ tenant: TenantRecord; created: boolean }> {
    const { store, registry, hostPolicy } = this.#context;
    tenantPolicy(hostPolicy, policy);
    return await this.#exclusive(async () => {
      const before = await store.getTenant(name);
      const result = await store.putTenant(name, policy);
      if (before !== undefined && before.policy !== policy) registry.restart(name);
      return result;
    });
  }

  /** Removes a tenant with all its apps; resolves when their cells have ended. */
  async deleteTenant(name: TenantName): Promise<void> {
    const { store, registry } = this.#context;
    const ends = await this.#exclusive(async () => {
      const apps = await store.deleteTenant(name);
      if (!apps) throw new CordonError("ERR_TENANT_NOT_FOUND", { tenant: name });
      return apps.map((app) => registry.remove(name, app.name).then(() => app.digest));
    });
    for (const digest of await Promise.all(ends)) await this.#sweep(digest);
  }

  /** Makes or replaces an app out of an upload. What is wrong with the upload leaves the app as it was. */
  async putApp(
    tenant: TenantName,
    name: AppName,
    entries: AsyncIterable<BundleEntry>,
  ): Promise<{ app: AppRecord; created: boolean }> {
    const { store, bundles, registry, hostPolicy, start } = this.#context;
    // Before the upload is read: for a tenant that does not exist nothing is written.
    await this.#tenant(tenant);
    await using staged = await bundles.stage(entries);
    const entry = await findEntry(staged.directory);
    const { app, replaced } = await this.#exclusive(async () => {
      const record = await this.#tenant(tenant);
      await appPolicy(tenantPolicy(hostPolicy, record.policy), staged.directory);
      const { digest, files, bytes } = staged;
      await staged.commit();
      const result = await store.putApp({ tenant, name, digest, entry, files, bytes });
      const lane = registry.place(result.app);
      registry.recordings(tenant, name).events.record("deployed", { version: result.app.version, digest });
      if (start === "boot") lane.start();
      return result;
    });
    if (replaced && replaced.digest !== app.digest) this.#sweepLater(replaced.digest);
    return { app, created: replaced === undefined };
  }

  /** Removes an app; resolves when its cell has ended. */
  async deleteApp(tenant: TenantName, name: AppName): Promise<void> {
    const { store, registry } = this.#context;
    const { digest, ended } = await this.#exclusive(async () => {
      const app = await store.deleteApp(tenant, name);
      if (!app) throw new CordonError("ERR_APP_NOT_FOUND", { tenant, app: name });
      return { digest: app.digest, ended: registry.remove(tenant, name) };
    });
    await ended;
    await this.#sweep(digest);
  }

  /** Resolves when everything that was begun has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#sweeps);
    await this.#last.catch(() => undefined);
  }

  async #tenant(name: TenantName): Promise<TenantRecord> {
    const record = await this.#context.store.getTenant(name);
    if (!record) throw new CordonError("ERR_TENANT_NOT_FOUND", { tenant: name });
    return record;
  }

  /** Once the version before has ended. If the host stops first, its next start clears away what is left. */
  #sweepLater(digest: BundleDigest): void {
    const sweep = this.#context.registry
      .retired()
      .then(() => this.#sweep(digest))
      .catch((error: unknown) => this.#context.report(`a bundle could not be removed: ${String(error)}`))
      .finally(() => this.#sweeps.delete(sweep));
    this.#sweeps.add(sweep);
  }

  async #sweep(digest: BundleDigest): Promise<void> {
    const { store, bundles, registry } = this.#context;
    await this.#exclusive(async () => {
      if (registry.uses(digest) || (await store.bundlesInUse()).has(digest)) return;
      await bundles.remove(digest);
    });
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.catch(() => undefined).then(work);
    this.#last = turn;
    return await turn;
  }
}
