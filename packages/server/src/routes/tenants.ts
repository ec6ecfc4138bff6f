// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";
import type { FastifyInstance } from "fastify";
import { parseTenantName } from "../names.ts";
import type { TenantRecord } from "../store/store.ts";
import type { RouteContext } from "./context.ts";
import { parsePage } from "./page.ts";

interface Params {
  tenant: string;
}

/** `/v1/tenants` and `/v1/tenants/:tenant`. */
export function tenantRoutes(api: FastifyInstance, context: RouteContext): void {
  const { state, deployments } = context;

  api.get("/v1/tenants", async (request) => {
    const tenants = await state.store.listTenants(parsePage(request.query));
    return { tenants: tenants.map(view) };
  });

  api.put<{ Params: Params }>("/v1/tenants/:tenant", async (request, reply) => {
    const name = parseTenantName(request.params.tenant);
    const policy = readPolicyText(request.body);
    const { tenant, created } = await deployments.putTenant(name, policy);
    return reply.code(created ? 201 : 200).send(view(tenant));
  });

  api.get<{ Params: Params }>("/v1/tenants/:tenant", async (request) => {
    const name = parseTenantName(request.params.tenant);
    const tenant = await state.store.getTenant(name);
    if (!tenant) throw new CordonError("ERR_TENANT_NOT_FOUND", { tenant: name });
    return view(tenant);
  });

  api.delete<{ Params: Params }>("/v1/tenants/:tenant", async (request, reply) => {
    await deployments.deleteTenant(parseTenantName(request.params.tenant));
    return reply.code(204).send();
  });
}

/** The body is nothing, or `{"policy": {…}}` with what a cordon.json holds. */
function readPolicyText(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  const keys = typeof body === "object" && !Array.isArray(body) ? Object.keys(body) : ["not an object"];
  const unknown = keys.find((key) => key !== "policy");
  if (unknown !== undefined) {
    const got = JSON.stringify(unknown.slice(0, 80));
    throw new CordonError("ERR_REQUEST_INVALID", { reason: `expected {"policy": …} or no body, got ${got}` });
  }
  const policy = "policy" in Object(body) ? (body as { policy: unknown }).policy : null;
  return policy === null ? null : JSON.stringify(policy);
}

function view(tenant: TenantRecord): Record<string, unknown> {
  return {
    name: tenant.name,
    policy: tenant.policy === null ? null : JSON.parse(tenant.policy),
    created: tenant.created.toISOString(),
    updated: tenant.updated.toISOString(),
  };
}
