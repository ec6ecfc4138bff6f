// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { CordonError, type Policy } from "@cordon/policy";
import { appPolicy, tenantPolicy } from "../policy/app.ts";
import type { BundleStore } from "../store/bundles.ts";
import type { AppRecord, Store } from "../store/store.ts";
import type { CellOptions } from "./starter.ts";

/** What an app's cell is made of. */
export interface PrepareContext {
  store: Store;
  bundles: BundleStore;
  hostPolicy: Policy;
  env: Readonly<Record<string, string>>;
}

/** Resolves what to run for an app, with the policies as they are now. */
export async function prepareCell(app: AppRecord, context: PrepareContext): Promise<CellOptions> {
  const { store, bundles, hostPolicy, env } = context;
  const tenant = await store.getTenant(app.tenant);
  if (!tenant) throw new CordonError("ERR_TENANT_NOT_FOUND", { tenant: app.tenant });
  const { directory } = await bundles.open(app.digest);
  return {
    entry: join(directory, app.entry),
    directory,
    policy: await appPolicy(tenantPolicy(hostPolicy, tenant.policy), directory),
    env: { ...env },
    mode: "serve",
    stdio: "pipe",
    name: `${app.tenant}/${app.name}`,
  };
}
