// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";
import type { AdminToken } from "../store/token.ts";

const scheme = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** Whether an Authorization header presents the admin token. */
export function isAdminToken(token: AdminToken, authorization: string): boolean {
  const presented = scheme.exec(authorization)?.[1];
  return presented !== undefined && token.matches(presented);
}

/** Throws ERR_UNAUTHORIZED unless the header presents the admin token. The error never repeats what was sent. */
export function requireAdmin(token: AdminToken, authorization: string | undefined): void {
  if (authorization === undefined) throw new CordonError("ERR_UNAUTHORIZED", { got: "none" });
  if (!scheme.test(authorization)) throw new CordonError("ERR_UNAUTHORIZED", { got: "another form" });
  if (!isAdminToken(token, authorization))
    throw new CordonError("ERR_UNAUTHORIZED", { got: "another token" });
}
