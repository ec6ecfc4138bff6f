// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";

declare const tenantName: unique symbol;
declare const appName: unique symbol;

/** A tenant's name that has been checked. */
export type TenantName = string & { readonly [tenantName]: true };
/** An app's name that has been checked. */
export type AppName = string & { readonly [appName]: true };

// Lower case, digits and hyphens: the name is a path segment, a host label and a file name at once,
// and none of the three can be confused by it.
const pattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

function isName(value: string): boolean {
  return pattern.test(value);
}

/** Type guard for a tenant's name. */
export function isTenantName(value: string): value is TenantName {
  return isName(value);
}

/** Type guard for an app's name. */
export function isAppName(value: string): value is AppName {
  return isName(value);
}

/** Checks a tenant's name; throws ERR_NAME_INVALID. */
export function parseTenantName(value: string): TenantName {
  if (!isTenantName(value)) throw invalidName("tenant", value);
  return value;
}

/** Checks an app's name; throws ERR_NAME_INVALID. */
export function parseAppName(value: string): AppName {
  if (!isAppName(value)) throw invalidName("app", value);
  return value;
}

function invalidName(kind: string, value: string): CordonError {
  return new CordonError("ERR_NAME_INVALID", { kind, value: JSON.stringify(value.slice(0, 80)) });
}
