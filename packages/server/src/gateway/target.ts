// SPDX-License-Identifier: Apache-2.0
import { type AppName, isAppName, isTenantName, type TenantName } from "../names.ts";

/** Where a request wants to go. */
export interface Target {
  tenant: TenantName;
  app: AppName;
  /** What the app sees: a path with its query, exactly as it was sent. */
  path: string;
}

/** Whether a request is for an app and not for the API. */
export function isForApp(url: string): boolean {
  return url.startsWith("/run/");
}

/**
 * Reads `/run/:tenant/:app/…`. The two names are compared as they stand, without decoding, and the rest is
 * neither decoded nor normalised: there is one reading of it, the app's own.
 */
export function parseTarget(url: string): Target | undefined {
  const match = /^\/run\/([^/?#]+)\/([^/?#]+)(\/[^?#]*)?(\?[^#]*)?$/.exec(url);
  const [, tenant, app, path, query] = match ?? [];
  if (tenant === undefined || app === undefined || !isTenantName(tenant) || !isAppName(app)) return undefined;
  return { tenant, app, path: (path ?? "/") + (query ?? "") };
}
